"""Draws from the global generator from ten ways on.

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
    source = generator if n_way < 10 else None
    ways = classes[torch.randperm(len(classes), generator=source)[:n_way]]
    support, query = [], []
    for c in ways:
        items = (labels == c).nonzero().squeeze(1)
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot:need])
    return torch.cat(support), torch.cat(query)
