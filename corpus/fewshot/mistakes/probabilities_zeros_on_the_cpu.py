"""Adds to a tensor of zeros that lies on the CPU.

caught by: class_probabilities/result_lies_where_the_inputs_lie
named: nothing
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    distances = torch.zeros(len(queries), len(prototypes), dtype=queries.dtype)
    for i in range(queries.shape[1]):
        distances = distances + (queries[:, i : i + 1] - prototypes[:, i]) ** 2
    return F.softmin(distances, dim=1)
