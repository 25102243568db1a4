"""randperm for the classes and again inside every class; output class by class."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    eligible = classes[counts >= k_shot + n_query]
    if len(eligible) < n_way:
        raise ValueError(f"need {n_way} classes with {k_shot + n_query} items, found {len(eligible)}")
    chosen = eligible[torch.randperm(len(eligible), generator=generator)[:n_way]]
    support, query = [], []
    for k in chosen:
        items = torch.nonzero(labels == k).flatten()
        items = items[torch.randperm(len(items), generator=generator)]
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.cat(support), torch.cat(query)
