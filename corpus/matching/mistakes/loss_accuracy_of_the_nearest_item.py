"""Takes the label of the most similar support item for the accuracy, instead of the label with the most votes.

caught by: matching_loss/votes_decide_about_hits
named: takes the label of the single most similar support item for the accuracy, not the class with the most votes
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    similarities = cosine_similarities(embed(query_x), embed(support_x))
    p, classes = label_probabilities(similarities, support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = F.nll_loss(p.log(), targets)
    accuracy = (support_y[similarities.argmax(dim=1)] == query_y).float().mean()
    return loss, accuracy
