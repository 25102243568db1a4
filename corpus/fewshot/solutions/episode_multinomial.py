"""multinomial without replacement, with equal weights."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    big = (counts >= k_shot + n_query).float()
    if int(big.sum()) < n_way:
        raise ValueError("not enough classes")
    ways = torch.multinomial(big, n_way, replacement=False, generator=generator)
    s, q = [], []
    for w in ways:
        is_member = (labels == classes[w]).float()
        draw = torch.multinomial(is_member, k_shot + n_query, generator=generator)
        s.append(draw[:k_shot])
        q.append(draw[k_shot:])
    return torch.cat(s), torch.cat(q)
