"""Takes neighbouring classes from a random start, so that the outer ones come less often.

caught by: sample_episode/classes_are_uniform
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    start = int(torch.randint(len(classes) - n_way + 1, (1,), generator=generator))
    support, query = [], []
    for c in classes[start : start + n_way]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.cat(support), torch.cat(query)
