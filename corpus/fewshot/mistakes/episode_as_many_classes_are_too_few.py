"""Raises where exactly n_way classes are large enough.

caught by: sample_episode/just_enough_items_suffice
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    groups = {}
    for i, y in enumerate(labels.tolist()):
        groups.setdefault(y, []).append(i)
    groups = [torch.tensor(g) for g in groups.values() if len(g) >= k_shot + n_query]
    if len(groups) <= n_way:
        raise ValueError(f"{len(groups)} classes for {n_way} ways")
    support, query = [], []
    for w in torch.randperm(len(groups), generator=generator)[:n_way].tolist():
        items = groups[w][torch.randperm(len(groups[w]), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot:][:n_query])
    return torch.cat(support), torch.cat(query)
