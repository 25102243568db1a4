"""Doubles the prototypes in place to save an operation in 2qc - |c|^2.

caught by: class_probabilities/inputs_stay_unmodified
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    c2 = (prototypes * prototypes).sum(1)
    prototypes.data *= 2
    return F.softmax(queries @ prototypes.t() - c2, dim=1)
