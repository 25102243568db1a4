"""Counts the items from one, so that the last index does not exist.

caught by: sample_episode/indices_are_valid
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    groups = {}
    for i, y in enumerate(labels.tolist(), start=1):
        groups.setdefault(y, []).append(i)
    groups = [torch.tensor(g) for g in groups.values() if len(g) >= k_shot + n_query]
    if len(groups) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for w in torch.randperm(len(groups), generator=generator)[:n_way].tolist():
        items = groups[w][torch.randperm(len(groups[w]), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.cat(support), torch.cat(query)
