"""torch.Tensor(list) makes float32 numbers, which are no indices.

caught by: sample_episode/runs_and_returns_two_tensors
named: returns its indices as float32 numbers
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    groups = {}
    for i, y in enumerate(labels.tolist()):
        groups.setdefault(y, []).append(i)
    groups = [g for g in groups.values() if len(g) >= k_shot + n_query]
    if len(groups) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for w in torch.randperm(len(groups), generator=generator)[:n_way].tolist():
        items = [groups[w][i] for i in torch.randperm(len(groups[w]), generator=generator).tolist()]
        support += items[:k_shot]
        query += items[k_shot : k_shot + n_query]
    return torch.Tensor(support), torch.Tensor(query)
