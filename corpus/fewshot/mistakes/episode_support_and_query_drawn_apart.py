"""Draws support and query independently, so that they overlap by chance.

caught by: sample_episode/no_item_twice
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    def draw(members, n):
        return members[torch.randperm(len(members), generator=generator)[:n]]

    groups = [torch.where(labels == c)[0] for c in labels.unique()]
    groups = [g for g in groups if len(g) >= k_shot + n_query]
    if len(groups) < n_way:
        raise ValueError("too few classes")
    ways = torch.randperm(len(groups), generator=generator)[:n_way].tolist()
    support = torch.cat([draw(groups[w], k_shot) for w in ways])
    query = torch.cat([draw(groups[w], n_query) for w in ways])
    return support, query
