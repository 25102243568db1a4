"""Powers of two instead of exp.

caught by: class_probabilities/log_odds_on_a_line
named: takes powers of two instead of exp
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d2 = ((queries[:, None, :] - prototypes) ** 2).sum(-1)
    power = 2.0 ** (d2.min(dim=1, keepdim=True).values - d2)
    return power / power.sum(dim=1, keepdim=True)
