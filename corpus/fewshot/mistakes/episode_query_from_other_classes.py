"""Draws the classes anew for the query.

caught by: sample_episode/classes_are_distinct
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    order = torch.randperm(len(labels), generator=generator)

    def some(first, last):
        ways = classes[torch.randperm(len(classes), generator=generator)[:n_way]]
        return torch.cat([order[labels[order] == w][first:last] for w in ways])

    return some(0, k_shot), some(k_shot, k_shot + n_query)
