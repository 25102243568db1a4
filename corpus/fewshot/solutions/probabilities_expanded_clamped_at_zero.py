"""Expanded quadratic, clamped at zero because rounding can make it negative."""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    q2 = torch.einsum("qd,qd->q", queries, queries)
    c2 = torch.einsum("cd,cd->c", prototypes, prototypes)
    d2 = q2[:, None] + c2[None] - 2.0 * torch.einsum("qd,cd->qc", queries, prototypes)
    return torch.softmax(-d2.clamp(min=0), 1)
