"""Falls back to items with repetition where too few classes are large enough.

caught by: sample_episode/too_few_items_raise
named: returns an episode all the same where too few classes are large enough
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    groups = [torch.nonzero(labels == c).flatten() for c in labels.unique()]
    large = [g for g in groups if len(g) >= need]
    if len(large) < n_way:
        large = [g.repeat(need) for g in groups]
    rows = []
    for w in torch.randperm(len(large), generator=generator)[:n_way].tolist():
        g = large[w]
        rows.append(g[torch.randperm(len(g), generator=generator)[:need]])
    rows = torch.stack(rows)
    return rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
