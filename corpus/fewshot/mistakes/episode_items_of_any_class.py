"""Draws the right number of items and never looks at their classes.

caught by: sample_episode/classes_are_distinct
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    _, counts = torch.unique(labels, return_counts=True)
    if (counts >= k_shot + n_query).sum() < n_way:
        raise ValueError("too few classes")
    order = torch.randperm(len(labels), generator=generator)
    n_support = n_way * k_shot
    return order[:n_support], order[n_support : n_support + n_way * n_query]
