"""Looks for the labels as float32, which has one number for 16777216 and 16777217.

caught by: matching_loss/labels_are_only_names
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes.float(), query_y.float())
    return F.nll_loss(p.log(), targets), (p.argmax(dim=1) == targets).float().mean()
