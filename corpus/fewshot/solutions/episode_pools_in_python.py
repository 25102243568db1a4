"""Python loops: pools of indices from which random items are popped."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    def pop_random(pool):
        return pool.pop(int(torch.randint(len(pool), (1,), generator=generator)))

    items = {}
    for i, y in enumerate(labels.tolist()):
        items.setdefault(y, []).append(i)
    names = [y for y in sorted(items) if len(items[y]) >= k_shot + n_query]
    if len(names) < n_way:
        raise ValueError(f"only {len(names)} classes are big enough for {n_way}-way episodes")

    support, query = [], []
    for _ in range(n_way):
        pool = items[pop_random(names)]
        support += [pop_random(pool) for _ in range(k_shot)]
        query += [pop_random(pool) for _ in range(n_query)]
    return torch.tensor(support), torch.tensor(query)
