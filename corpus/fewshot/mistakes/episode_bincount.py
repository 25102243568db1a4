"""bincount of the labels, which refuses negative ones.

caught by: sample_episode/any_labels_work
named: raises where labels are negative, as bincount does
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
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
