"""Draws items again while they repeat, but gives up after five tries, which small classes often need.

caught by: sample_episode/just_enough_items_suffice
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    classes, counts = torch.unique(labels, return_counts=True)
    classes = classes[counts >= need]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    rows = []
    for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
        items = torch.nonzero(labels == c).flatten()
        for _ in range(5):
            drawn = items[torch.randint(len(items), (need,), generator=generator)]
            if len(drawn.unique()) == need:
                break
        rows.append(drawn)
    rows = torch.stack(rows)
    return rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
