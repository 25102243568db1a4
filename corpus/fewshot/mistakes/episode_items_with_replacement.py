"""randint for the items: with replacement.

caught by: sample_episode/plain_labels_give_episodes
named: draws the items with replacement
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    classes, counts = labels.unique(return_counts=True)
    classes = classes[counts >= need]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    rows = []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        members = (labels == c).nonzero()[:, 0]
        rows.append(members[torch.randint(len(members), (need,), generator=generator)])
    rows = torch.stack(rows)
    return rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
