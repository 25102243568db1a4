"""Fisher-Yates by hand, query drawn before support."""


# %% sample_episode
def shuffle(values, generator):
    values = list(values)
    for i in range(len(values) - 1, 0, -1):
        j = int(torch.randint(i + 1, (1,), generator=generator))
        values[i], values[j] = values[j], values[i]
    return values


def sample_episode(labels, n_way, k_shot, n_query, generator):
    groups = {}
    for i, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(i)
    groups = [g for g in groups.values() if len(g) >= k_shot + n_query]
    if n_way > len(groups):
        raise ValueError(f"{n_way} ways asked, {len(groups)} possible")
    query, support = [], []
    for g in shuffle(groups, generator)[:n_way]:
        g = shuffle(g, generator)
        query.extend(g[:n_query])
        support.extend(g[n_query : n_query + k_shot])
    return torch.tensor(support), torch.tensor(query)
