"""Returns boolean masks over the data set instead of indices.

caught by: sample_episode/runs_and_returns_two_tensors
named: returns boolean masks over the data set instead of indices
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support = torch.zeros(len(labels), dtype=torch.bool)
    query = torch.zeros(len(labels), dtype=torch.bool)
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support[items[:k_shot]] = True
        query[items[k_shot : k_shot + n_query]] = True
    return support, query
