"""Asserts instead of raising ValueError.

caught by: sample_episode/too_few_items_raise
named: raises AssertionError instead of ValueError where too few classes are large enough
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    assert len(classes) >= n_way, "too few classes"
    order = torch.randperm(len(labels), generator=generator)
    ways = classes[torch.randperm(len(classes), generator=generator)[:n_way]]
    rows = torch.stack([order[labels[order] == w][: k_shot + n_query] for w in ways])
    return rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
