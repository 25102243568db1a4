"""Python's global random module.

caught by: sample_episode/only_the_generator_decides
named: draws from Python's global random module
"""

# %% sample_episode
import random


def sample_episode(labels, n_way, k_shot, n_query, generator):
    groups = {}
    for i, y in enumerate(labels.tolist()):
        groups.setdefault(y, []).append(i)
    groups = [g for g in groups.values() if len(g) >= k_shot + n_query]
    if len(groups) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for g in random.sample(groups, n_way):
        items = random.sample(g, k_shot + n_query)
        support += items[:k_shot]
        query += items[k_shot:]
    return torch.tensor(support), torch.tensor(query)
