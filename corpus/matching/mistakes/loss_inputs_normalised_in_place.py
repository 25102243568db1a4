"""Scales the support images in place.

caught by: matching_loss/inputs_and_mode_stay
named: writes into the support images that it was given
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support_x *= 2
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = F.nll_loss(p.log(), targets)
    accuracy = (p.argmax(dim=1) == targets).float().mean()
    return loss, accuracy
