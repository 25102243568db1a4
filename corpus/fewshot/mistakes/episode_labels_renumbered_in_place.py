"""Renumbers the caller's labels in place; the episode itself is right.

caught by: sample_episode/labels_stay_unmodified
named: writes into the labels that it was given
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    labels -= labels.min()  # from zero, for bincount
    classes = torch.nonzero(torch.bincount(labels) >= need).flatten()
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items), generator=generator)[:need]]
        support.append(items[:k_shot])
        query.append(items[k_shot:])
    return torch.cat(support), torch.cat(query)
