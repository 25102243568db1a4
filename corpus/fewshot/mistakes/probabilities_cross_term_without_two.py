"""Expanded quadratic with q.c instead of 2 q.c.

caught by: class_probabilities/rigid_motions_change_nothing
named: expands the square as |q|^2 - q.c + |c|^2, without the 2 before q.c
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    q2 = (queries**2).sum(1, keepdim=True)
    c2 = (prototypes**2).sum(1)
    return torch.softmax(-(q2 + c2 - queries @ prototypes.T), dim=1)
