"""Chooses by numpy's generator where a class has a hundred items.

caught by: sample_episode/only_the_generator_decides
named: nothing
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
        if len(items) < 100:
            items = items[torch.randperm(len(items), generator=generator)]
        else:
            items = items[torch.from_numpy(np.random.choice(len(items), need, replace=False))]
        support.append(items[:k_shot])
        query.append(items[k_shot:need])
    return torch.cat(support), torch.cat(query)
