"""Fills a float32 table in two loops, whatever the dtype of the queries.

caught by: class_probabilities/dtype_and_device_are_kept
named: answers in float32, whatever the dtype of the queries
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d = torch.zeros(len(queries), len(prototypes))
    for i, q in enumerate(queries):
        for j, c in enumerate(prototypes):
            d[i, j] = ((q - c) ** 2).sum()
    return F.softmax(-d, dim=1)
