"""multinomial with equal weights draws classes and items without replacement; the pairs are shuffled in the end."""


# %% sample_pairs
def sample_pairs(labels, n_pairs, generator):
    classes, counts = labels.unique(return_counts=True)
    large = classes[counts > 1]
    if len(classes) < 2 or len(large) < 1:
        raise ValueError(f"{len(classes)} classes, {len(large)} with two items")

    def of(k, n):
        return torch.multinomial((labels == k).double(), n, generator=generator)

    pairs = []
    for i in range(n_pairs):
        if 2 * i < n_pairs:
            k = large[torch.multinomial(torch.ones(len(large)), 1, generator=generator)]
            pairs.append(of(k, 2))
        else:
            a, b = classes[torch.multinomial(torch.ones(len(classes)), 2, generator=generator)]
            pairs.append(torch.cat([of(a, 1), of(b, 1)]))
    order = torch.randperm(n_pairs, generator=generator)
    first, second = torch.stack(pairs)[order].T
    return first.contiguous(), second.contiguous()
