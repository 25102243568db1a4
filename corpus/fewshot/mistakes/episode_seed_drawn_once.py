"""Seeds a fresh generator with the same number for every class.

caught by: sample_episode/classes_are_sampled_independently
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    groups = [torch.nonzero(labels == c).flatten() for c in labels.unique()]
    groups = [g for g in groups if len(g) >= k_shot + n_query]
    if len(groups) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for w in torch.randperm(len(groups), generator=generator)[:n_way].tolist():
        rng = np.random.default_rng(seed)
        items = groups[w][torch.from_numpy(rng.permutation(len(groups[w])))]
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.cat(support), torch.cat(query)
