"""Shuffles by sorting keys with three values: ties stay in the order of the file.

caught by: sample_episode/support_items_are_uniform
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    groups = [torch.nonzero(labels == c).flatten() for c in torch.unique(labels)]
    groups = [g for g in groups if len(g) >= need]
    if len(groups) < n_way:
        raise ValueError("too few classes")
    rows = []
    for w in torch.randperm(len(groups), generator=generator)[:n_way].tolist():
        keys = torch.randint(3, (len(groups[w]),), generator=generator)
        rows.append(groups[w][torch.argsort(keys, stable=True)[:need]])
    rows = torch.stack(rows)
    return rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
