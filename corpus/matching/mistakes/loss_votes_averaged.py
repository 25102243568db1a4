"""Averages the weights of a class in place of adding them, so that its size does not count.

caught by: matching_loss/classes_may_differ_in_size
named: averages the weights of a class in place of adding them
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    weights = cosine_similarities(embed(query_x), embed(support_x)).softmax(dim=1)
    classes = support_y.unique()
    p = torch.stack([weights[:, support_y == k].mean(1) for k in classes], dim=1)
    p = p / p.sum(dim=1, keepdim=True)
    targets = torch.searchsorted(classes, query_y)
    return F.nll_loss(p.log(), targets), (p.argmax(dim=1) == targets).float().mean()
