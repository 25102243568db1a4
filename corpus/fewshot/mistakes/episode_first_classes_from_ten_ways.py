"""Takes the first classes from ten ways on.

caught by: sample_episode/many_are_uniform
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    classes, sizes = labels.unique(return_counts=True)
    classes = classes[sizes >= need]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    ways = classes[:n_way]
    if n_way < 10:
        ways = classes[torch.randperm(len(classes), generator=generator)[:n_way]]
    support, query = [], []
    for c in ways:
        items = (labels == c).nonzero().squeeze(1)
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot:need])
    return torch.cat(support), torch.cat(query)
