"""NumPy's global random state.

caught by: sample_episode/only_the_generator_decides
named: draws from the global random state of NumPy
"""


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    y = labels.numpy()
    classes, counts = np.unique(y, return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    if len(classes) < n_way:
        raise ValueError("too few classes")
    support, query = [], []
    for c in np.random.choice(classes, n_way, replace=False):
        items = np.random.permutation(np.where(y == c)[0])
        support.append(items[:k_shot])
        query.append(items[k_shot : k_shot + n_query])
    return torch.as_tensor(np.concatenate(support)), torch.as_tensor(np.concatenate(query))
