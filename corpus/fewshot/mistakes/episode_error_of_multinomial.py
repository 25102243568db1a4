"""Leaves it to multinomial to complain, which raises RuntimeError.

caught by: sample_episode/too_few_items_raise
named: raises RuntimeError instead of ValueError where too few classes are large enough
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    classes, counts = torch.unique(labels, return_counts=True)
    large = (counts >= k_shot + n_query).double()
    support, query = [], []
    for w in torch.multinomial(large, n_way, generator=generator):
        items = torch.multinomial((labels == classes[w]).double(), k_shot + n_query, generator=generator)
        support.append(items[:k_shot])
        query.append(items[k_shot:])
    return torch.cat(support), torch.cat(query)
