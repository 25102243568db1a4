"""Per-query loop."""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    rows = []
    for q in queries:
        dist = ((prototypes - q) ** 2).sum(dim=1)
        rows.append(torch.softmax(-dist, dim=0))
    return torch.stack(rows)
