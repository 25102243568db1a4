"""Always the first n_way classes; only the items are random.

caught by: sample_episode/classes_are_uniform
named: takes the first n_way classes, always; only the items are random
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    keys = torch.rand(len(labels), generator=generator)
    rows = torch.stack(
        [keys.masked_fill(labels != c, 2).argsort()[: k_shot + n_query] for c in classes[:n_way]]
    )
    return rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
