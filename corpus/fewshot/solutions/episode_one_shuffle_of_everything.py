"""One shuffle of the whole data set; every chosen class takes its first items in that order."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    order = torch.randperm(len(labels), generator=generator)
    shuffled = labels[order]
    values, sizes = torch.unique(labels, return_counts=True)
    values = values[sizes >= k_shot + n_query]
    if len(values) < n_way:
        raise ValueError("n_way is larger than the number of large classes")
    ways = values[torch.randperm(len(values), generator=generator)[:n_way]]
    rank = torch.stack([order[shuffled == w][: k_shot + n_query] for w in ways])
    support, query = rank.split([k_shot, n_query], dim=1)
    return support.flatten(), query.flatten()
