"""A prior that favours the first columns.

caught by: class_probabilities/permuting_prototypes_permutes_columns
named: favours the first columns by a prior
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d = ((queries[:, None] - prototypes[None]) ** 2).sum(-1)
    rank = torch.arange(d.shape[1], dtype=d.dtype, device=d.device)
    return F.softmax(-d - 0.01 * rank, dim=1)
