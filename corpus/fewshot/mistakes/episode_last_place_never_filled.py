"""Fills tensors of -1 item by item and stops one item early.

caught by: sample_episode/indices_are_valid
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support = torch.full((n_way, k_shot), -1)
    query = torch.full((n_way, n_query), -1)
    for row, w in enumerate(torch.randperm(len(classes), generator=generator)[:n_way].tolist()):
        items = torch.nonzero(labels == classes[w]).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support[row] = items[:k_shot]
        for i in range(n_query - 1):
            query[row, i] = items[k_shot + i]
    return support.flatten(), query.flatten()
