"""random.Random of its own, seeded from the generator; the global state is left alone."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    import random

    rng = random.Random(torch.randint(2**62, (1,), generator=generator).item())
    by_class = {}
    for index, label in enumerate(labels.tolist()):
        by_class.setdefault(label, []).append(index)
    large = [c for c, members in by_class.items() if len(members) >= k_shot + n_query]
    if len(large) < n_way:
        raise ValueError("too few large classes")
    support, query = [], []
    for c in rng.sample(large, n_way):
        members = rng.sample(by_class[c], k_shot + n_query)
        support.extend(members[:k_shot])
        query.extend(members[k_shot:])
    return torch.LongTensor(support), torch.LongTensor(query)
