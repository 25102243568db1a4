"""topk of random keys, masked so that small classes are never drawn."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    m = k_shot + n_query
    classes, inverse, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    key = torch.rand(len(classes), generator=generator)
    key[counts < m] = -1.0
    if (key >= 0).sum() < n_way:
        raise ValueError("too few classes of at least k_shot + n_query items")
    ways = key.topk(n_way).indices
    item_key = torch.rand(len(labels), generator=generator).expand(n_way, -1)
    item_key = item_key.masked_fill(inverse[None] != ways[:, None], -1.0)
    items = item_key.topk(m, dim=1).indices
    return items[:, :k_shot].flatten(), items[:, k_shot:].flatten()
