"""Believes that the queries come class by class, in the order of the labels.

caught by: matching_loss/item_order_does_not_matter
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = F.nll_loss(p.log(), targets.sort().values)
    accuracy = (p.argmax(dim=1) == targets).float().mean()
    return loss, accuracy
