"""Compares by dot products instead of cosines.

caught by: matching_loss/lengths_of_embeddings_do_not_matter
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    p, classes = label_probabilities(embed(query_x) @ embed(support_x).T, support_y)
    targets = torch.searchsorted(classes, query_y)
    return F.nll_loss(p.log(), targets), (p.argmax(dim=1) == targets).float().mean()
