"""Draws the classes with their sizes as weights.

caught by: sample_episode/classes_are_uniform
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    weights = torch.where(counts >= k_shot + n_query, counts, 0).float()
    if (weights > 0).sum() < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for w in torch.multinomial(weights, n_way, generator=generator):
        items = torch.nonzero(labels == classes[w]).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.cat(support), torch.cat(query)
