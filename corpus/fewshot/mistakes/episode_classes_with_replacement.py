"""randint for the classes: the same class can come twice, with other items.

caught by: sample_episode/classes_are_distinct
named: draws the classes with replacement, so that the same class can come twice
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    pools = {}
    for i, y in enumerate(labels.tolist()):
        pools.setdefault(y, []).append(i)
    names = [y for y in pools if len(pools[y]) >= need]
    if len(names) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for w in torch.randint(len(names), (n_way,), generator=generator).tolist():
        while len(pools[names[w]]) < need:  # used up by an earlier way: take the next one
            w = (w + 1) % len(names)
        pool = pools[names[w]]
        taken = [pool.pop(int(torch.randint(len(pool), (1,), generator=generator))) for _ in range(need)]
        support += taken[:k_shot]
        query += taken[k_shot:]
    return torch.tensor(support), torch.tensor(query)
