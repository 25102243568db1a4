"""Loops over range(max + 1): negative labels are never drawn.

caught by: sample_episode/any_labels_work
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    classes = [k for k in range(int(labels.max()) + 1) if (labels == k).sum() >= need]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for w in torch.randperm(len(classes), generator=generator)[:n_way].tolist():
        items = torch.nonzero(labels == classes[w]).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot:need])
    return torch.cat(support), torch.cat(query)
