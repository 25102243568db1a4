"""torch.randint for every choice; the second item is the first one moved on by at least one."""


# %% sample_pairs
def sample_pairs(labels, n_pairs, generator):
    classes = labels.unique().tolist()
    pools = {k: torch.nonzero(labels == k).flatten().tolist() for k in classes}
    large = [k for k in classes if len(pools[k]) >= 2]
    if len(classes) == 1 or len(large) == 0:
        raise ValueError("two classes, and one with two items")

    def below(n):
        return torch.randint(n, (1,), generator=generator).item()

    first, second = [], []
    for _ in range((n_pairs + 1) // 2):
        pool = pools[large[below(len(large))]]
        i = below(len(pool))
        first.append(pool[i])
        second.append(pool[(i + 1 + below(len(pool) - 1)) % len(pool)])
    for _ in range(n_pairs // 2):
        i = below(len(classes))
        j = (i + 1 + below(len(classes) - 1)) % len(classes)
        for k, side in ((i, first), (j, second)):
            pool = pools[classes[k]]
            side.append(pool[below(len(pool))])
    return torch.tensor(first), torch.tensor(second)
