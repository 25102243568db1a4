"""Draws a seed from the generator and seeds the global one with it, for everybody.

caught by: sample_episode/only_the_generator_decides
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    ways = classes[torch.randperm(len(classes))[:n_way]]
    order = torch.randperm(len(labels))
    rows = torch.stack([order[labels[order] == w][: k_shot + n_query] for w in ways])
    return rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
