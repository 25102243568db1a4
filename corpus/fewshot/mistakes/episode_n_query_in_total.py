"""Cuts the query down to n_query items altogether instead of n_query per class.

caught by: sample_episode/counts_are_exact
named: returns n_query query items altogether instead of n_query of each class
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, rest = [], []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        rest.append(items[k_shot:])
    rest = torch.cat(rest)
    return torch.cat(support), rest[torch.randperm(len(rest), generator=generator)[:n_query]]
