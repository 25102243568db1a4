"""Draws the query at random and takes the first items that are left as support.

caught by: sample_episode/support_items_are_uniform
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    names, sizes = labels.unique(return_counts=True)
    names = names[sizes >= k_shot + n_query]
    if len(names) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for name in names[torch.randperm(len(names), generator=generator)[:n_way]]:
        items = torch.where(labels == name)[0]
        chosen = torch.zeros(len(items), dtype=torch.bool)
        chosen[torch.randperm(len(items), generator=generator)[:n_query]] = True
        query.append(items[chosen])
        support.append(items[~chosen][:k_shot])
    return torch.cat(support), torch.cat(query)
