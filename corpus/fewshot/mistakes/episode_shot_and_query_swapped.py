"""Swaps k_shot and n_query.

caught by: sample_episode/counts_are_exact
named: swaps k_shot and n_query
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    order = torch.randperm(len(labels), generator=generator)
    ways = classes[torch.randperm(len(classes), generator=generator)[:n_way]]
    rows = torch.stack([order[labels[order] == w][: k_shot + n_query] for w in ways])
    query, support = rows.split([k_shot, n_query], dim=1)
    return support.flatten(), query.flatten()
