"""Returns Python lists.

caught by: sample_episode/runs_and_returns_two_tensors
named: returns lists instead of tensors
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
        items = items[torch.randperm(len(items), generator=generator)].tolist()
        support += items[:k_shot]
        query += items[k_shot : k_shot + n_query]
    return support, query
