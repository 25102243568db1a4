"""randperm without the generator, for the items only.

caught by: sample_episode/only_the_generator_decides
named: draws from the global generator of torch
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items))]
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.cat(support), torch.cat(query)
