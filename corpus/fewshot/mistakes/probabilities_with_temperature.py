"""A temperature of 0.1 that nobody asked for.

caught by: class_probabilities/agrees_with_the_reference
named: divides the distances by a temperature of 0.1
"""


# %% class_probabilities
def class_probabilities(queries, prototypes, temperature=0.1):
    logits = -torch.cdist(queries, prototypes).pow(2) / temperature
    return logits.softmax(dim=1)
