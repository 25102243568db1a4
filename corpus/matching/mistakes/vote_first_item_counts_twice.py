"""Gives the first support item a vote more.

caught by: label_probabilities/support_order_does_not_matter
"""


# %% label_probabilities
def label_probabilities(similarities, labels):
    classes = labels.unique()
    similarities = torch.cat([similarities, similarities[:, :1]], dim=1)
    labels = torch.cat([labels, labels[:1]])
    return similarities.softmax(dim=1) @ (labels.unsqueeze(1) == classes).to(similarities.dtype), classes
