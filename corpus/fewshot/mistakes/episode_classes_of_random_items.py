"""Takes the classes of randomly drawn items, so that large classes come more often.

caught by: sample_episode/classes_are_uniform
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    order = torch.randperm(len(labels), generator=generator)
    groups = {}
    for i in order.tolist():
        groups.setdefault(int(labels[i]), []).append(i)
    groups = [g for g in groups.values() if len(g) >= k_shot + n_query]  # the order of first appearance
    if len(groups) < n_way:
        raise ValueError("too few classes")
    support = [i for g in groups[:n_way] for i in g[:k_shot]]
    query = [i for g in groups[:n_way] for i in g[k_shot : k_shot + n_query]]
    return torch.tensor(support), torch.tensor(query)
