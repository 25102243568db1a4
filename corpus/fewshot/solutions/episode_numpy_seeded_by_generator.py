"""NumPy's default_rng, seeded from the generator; choice without replacement."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    seed = int(torch.randint(0, 2**31 - 1, (1,), generator=generator))
    rng = np.random.default_rng(seed)
    y = labels.numpy()
    names, counts = np.unique(y, return_counts=True)
    names = names[counts >= k_shot + n_query]
    if names.size < n_way:
        raise ValueError("not enough classes with enough images")
    support, query = [], []
    for name in rng.choice(names, size=n_way, replace=False):
        idx = rng.choice(np.flatnonzero(y == name), size=k_shot + n_query, replace=False)
        support.append(idx[:k_shot])
        query.append(idx[k_shot:])
    return torch.from_numpy(np.concatenate(support)), torch.from_numpy(np.concatenate(query))
