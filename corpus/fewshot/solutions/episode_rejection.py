"""Rejection: draw until the classes, then the items, are distinct."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    def distinct(options, how_many):
        taken = []
        while len(taken) < how_many:
            candidate = options[torch.randint(0, len(options), (), generator=generator)].item()
            if candidate not in taken:
                taken.append(candidate)
        return taken

    classes = [c for c in labels.unique() if (labels == c).sum() >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    sup, que = [], []
    for c in distinct(torch.stack(classes), n_way):
        drawn = distinct(torch.nonzero(labels == c).view(-1), k_shot + n_query)
        sup += drawn[:k_shot]
        que += drawn[k_shot:]
    return torch.tensor(sup, dtype=torch.int64), torch.tensor(que, dtype=torch.int64)
