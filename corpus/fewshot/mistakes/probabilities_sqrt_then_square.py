"""Square root and square again: right values, but 0 * inf in the gradient where a query sits on a prototype.

caught by: class_probabilities/gradient_is_finite_on_a_prototype
named: has the right values, and a gradient that is no number where a query lies on a prototype: a square root at zero
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    euclidean = ((queries[:, None] - prototypes[None]) ** 2).sum(-1).sqrt()
    return F.softmax(-(euclidean**2), dim=1)
