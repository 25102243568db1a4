"""Support at random, query always the last items that are left.

caught by: sample_episode/query_items_are_uniform
named: takes the last items that are left as query, always
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
        perm = torch.randperm(len(items), generator=generator)
        support.append(items[perm[:k_shot]])
        query.append(items[perm[k_shot:].sort().values][-n_query:])
    return torch.cat(support), torch.cat(query)
