"""The heavy-tailed kernel of t-SNE instead of exp(-d).

caught by: class_probabilities/scaling_multiplies_log_odds_by_its_square
named: takes 1 / (1 + d) of the squared distances, as t-SNE does, instead of softmax
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    d2 = (queries.unsqueeze(1) - prototypes.unsqueeze(0)).pow(2).sum(2)
    kernel = 1 / (1 + d2)
    return kernel / kernel.sum(1, keepdim=True)
