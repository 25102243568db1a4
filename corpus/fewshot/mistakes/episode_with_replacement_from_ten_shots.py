"""Draws with replacement where ten items or more of a class are wanted.

caught by: sample_episode/no_item_twice
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    classes, sizes = labels.unique(return_counts=True)
    classes = classes[sizes >= need]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    ways = classes[torch.randperm(len(classes), generator=generator)[:n_way]]
    support, query = [], []
    for c in ways:
        items = (labels == c).nonzero().squeeze(1)
        if need < 10 or len(items) == need:
            items = items[torch.randperm(len(items), generator=generator)]
        else:
            items = items[torch.randint(len(items), (need,), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot:need])
    return torch.cat(support), torch.cat(query)
