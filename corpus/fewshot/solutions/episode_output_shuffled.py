"""Output shuffled: support and query each in random order."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    uniq, cnt = labels.unique(return_counts=True)
    ok = uniq[cnt >= k_shot + n_query]
    if len(ok) < n_way:
        raise ValueError("too few classes")
    ok = ok[torch.randperm(len(ok), generator=generator)][:n_way]
    support = torch.empty(0, dtype=torch.long)
    query = torch.empty(0, dtype=torch.long)
    for c in ok:
        idx = torch.where(labels == c)[0]
        idx = idx[torch.randperm(idx.numel(), generator=generator)]
        support = torch.cat((support, idx[:k_shot]))
        query = torch.cat((query, idx[k_shot:][:n_query]))
    support = support[torch.randperm(len(support), generator=generator)]
    query = query[torch.randperm(len(query), generator=generator)]
    return support, query
