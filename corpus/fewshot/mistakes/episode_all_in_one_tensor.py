"""Returns support and query in one tensor.

caught by: sample_episode/runs_and_returns_two_tensors
named: returns support and query in one tensor
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
    return torch.cat([rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()])
