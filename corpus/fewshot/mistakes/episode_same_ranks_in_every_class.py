"""Draws the random keys once, so that every class of a size takes the same ranks.

caught by: sample_episode/classes_are_sampled_independently
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= need]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    keys = torch.rand(int(counts.max()), generator=generator)
    rows = []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        members = torch.nonzero(labels == c).flatten()
        rows.append(members[keys[: len(members)].argsort()[:need]])
    rows = torch.stack(rows)
    return rows[:, :k_shot].reshape(-1), rows[:, k_shot:].reshape(-1)
