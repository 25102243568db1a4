"""Returns the probabilities without the classes.

caught by: label_probabilities/runs_and_returns_a_pair
named: returns the probabilities alone, without the classes
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    return similarities.softmax(dim=1) @ (labels.unsqueeze(1) == classes).to(similarities.dtype)
