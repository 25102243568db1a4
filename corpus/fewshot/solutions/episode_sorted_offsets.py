"""Sort once, then offsets into the sorted order; no loop over the items."""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    need = k_shot + n_query
    order = torch.argsort(labels, stable=True)
    _, counts = torch.unique(labels, return_counts=True)
    starts = torch.cumsum(counts, 0) - counts
    rows = torch.nonzero(counts >= need)[:, 0]
    if rows.shape[0] < n_way:
        raise ValueError("too few classes with k_shot + n_query items")
    rows = rows[torch.randperm(rows.shape[0], generator=generator)[:n_way]]
    picks = torch.stack(
        [starts[r] + torch.randperm(int(counts[r]), generator=generator)[:need] for r in rows]
    )
    picks = order[picks]
    # classes interleaved, as in a table read column by column
    return picks[:, :k_shot].T.reshape(-1), picks[:, k_shot:].T.reshape(-1)
