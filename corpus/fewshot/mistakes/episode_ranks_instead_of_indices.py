"""Returns positions within the class instead of positions in `labels`.

caught by: sample_episode/classes_are_distinct
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    keep = counts >= k_shot + n_query
    classes, counts = classes[keep], counts[keep]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for w in torch.randperm(len(classes), generator=generator)[:n_way]:
        items = torch.randperm(int(counts[w]), generator=generator)
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.cat(support), torch.cat(query)
