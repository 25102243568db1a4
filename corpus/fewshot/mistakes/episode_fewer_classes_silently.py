"""Returns a smaller episode where there are too few large classes.

caught by: sample_episode/too_few_items_raise
named: returns an episode all the same where too few classes are large enough
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    support = torch.empty(0, dtype=torch.int64)
    query = torch.empty(0, dtype=torch.int64)
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support = torch.cat([support, items[:k_shot]])
        query = torch.cat([query, items[k_shot : k_shot + n_query]])
    return support, query
