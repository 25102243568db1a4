"""Takes each class as one block of the data set, as if the labels were sorted.

caught by: sample_episode/any_labels_work
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    _, counts = torch.unique(labels, return_counts=True)
    starts = counts.cumsum(0) - counts
    rows = torch.nonzero(counts >= need).flatten()
    if len(rows) < n_way:
        raise ValueError("too few classes")
    rows = rows[torch.randperm(len(rows), generator=generator)[:n_way]]
    picks = torch.stack(
        [starts[r] + torch.randperm(int(counts[r]), generator=generator)[:need] for r in rows]
    )
    return picks[:, :k_shot].flatten(), picks[:, k_shot:].flatten()
