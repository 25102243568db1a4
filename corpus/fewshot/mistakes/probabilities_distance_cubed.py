"""Takes the third power of the distance.

caught by: class_probabilities/halfway_the_log_odds_are_halfway
named: takes the third power of the distance
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    return F.softmax(-((queries.unsqueeze(1) - prototypes).square().sum(2) ** 1.5), dim=1)
