"""Weights later queries more.

caught by: matching_loss/item_order_does_not_matter
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = -(p.gather(1, targets.unsqueeze(1)).log().squeeze(1) * torch.arange(1, len(p) + 1)).sum() / len(p)
    accuracy = (p.argmax(dim=1) == targets).float().mean()
    return loss, accuracy
