"""argsort of random keys instead of randperm."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    classes, counts = labels.unique(return_counts=True)
    classes = classes[counts >= need]
    if classes.numel() < n_way:
        raise ValueError("too few classes are large enough")
    picked = classes[torch.rand(classes.numel(), generator=generator).argsort()[:n_way]]
    keys = torch.rand(len(labels), generator=generator, dtype=torch.float64)
    groups = []
    for k in picked.tolist():
        members = (labels == k).nonzero().squeeze(1)
        groups.append(members[keys[members].argsort()[:need]])
    table = torch.stack(groups)
    return table[:, :k_shot].reshape(-1), table[:, k_shot:].reshape(-1)
