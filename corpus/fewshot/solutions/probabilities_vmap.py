"""vmap over queries and over classes of a function of two vectors."""


# %% class_probabilities
def squared_distance(a, b):
    return ((a - b) ** 2).sum()


def class_probabilities(queries, prototypes):
    to_all = torch.vmap(squared_distance, in_dims=(None, 0))
    d = torch.vmap(to_all, in_dims=(0, None))(queries, prototypes)
    return torch.softmax(-d, dim=1)
