"""Sorts by label and cuts the votes into equal parts.

caught by: matching_loss/classes_may_differ_in_size
named: sorts by label and cuts the votes into equal parts
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    order = support_y.argsort()
    classes = support_y.unique()
    weights = cosine_similarities(embed(query_x), embed(support_x[order])).softmax(dim=1)
    p = torch.stack([part.sum(1) for part in weights.tensor_split(len(classes), dim=1)], dim=1)
    targets = torch.searchsorted(classes, query_y)
    return F.nll_loss(p.log(), targets), (p.argmax(dim=1) == targets).float().mean()
