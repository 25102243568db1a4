"""Counts in a table with room for 64 consecutive labels.

caught by: sample_episode/any_labels_work
named: raises where labels are far apart, as a table with a row for every label does
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    first = int(labels.min())
    table = torch.zeros(64, dtype=torch.int64)
    for y in labels.tolist():
        table[y - first] += 1
    classes = torch.nonzero(table >= need).flatten() + first
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        items = items[torch.randperm(len(items), generator=generator)[:need]]
        support.append(items[:k_shot])
        query.append(items[k_shot:])
    return torch.cat(support), torch.cat(query)
