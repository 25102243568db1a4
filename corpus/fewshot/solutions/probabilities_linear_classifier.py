"""2qc - |c|^2: the term of the query cancels, what is left is a linear classifier."""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    # |q|^2 is the same for every class, so softmax does not see it
    logits = F.linear(queries, 2 * prototypes, bias=-(prototypes**2).sum(-1))
    return logits.softmax(-1)
