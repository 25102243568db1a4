"""Expanded quadratic, not clamped: |q|^2 - 2 q.c + |c|^2."""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    qq = queries.pow(2).sum(1, keepdim=True)
    cc = prototypes.pow(2).sum(1)
    distances = qq - 2 * queries @ prototypes.t() + cc
    return torch.softmax(-distances, dim=1)
