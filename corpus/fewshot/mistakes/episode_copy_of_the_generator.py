"""Draws from a copy of the generator "to leave the caller's alone": it never moves on.

caught by: sample_episode/episodes_differ
named: draws from a copy of the generator, so that the one it was given never moves on
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    g = torch.Generator()
    g.set_state(generator.get_state())
    need = k_shot + n_query
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= need]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    ways = classes[torch.randperm(len(classes), generator=g)[:n_way]]
    rows = []
    for w in ways:
        items = torch.nonzero(labels == w).flatten()
        rows.append(items[torch.randperm(len(items), generator=g)[:need]])
    rows = torch.stack(rows)
    return rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
