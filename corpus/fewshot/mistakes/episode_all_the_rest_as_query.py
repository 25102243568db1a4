"""Uses everything that is not support as query.

caught by: sample_episode/counts_are_exact
named: returns everything that is not support as query
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot:])
    return torch.cat(support), torch.cat(query)
