"""Draws the support at random and takes the first items that are left as query.

caught by: sample_episode/query_items_are_uniform
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten().tolist()
        picked = [items[i] for i in torch.randperm(len(items), generator=generator)[:k_shot].tolist()]
        rest = [i for i in items if i not in picked]
        support += picked
        query += rest[:n_query]
    return torch.tensor(support), torch.tensor(query)
