"""Reseeds the generator at every call, so that all episodes are the same.

caught by: sample_episode/episodes_differ
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    generator.manual_seed(42)  # reproducible!
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.cat(support), torch.cat(query)
