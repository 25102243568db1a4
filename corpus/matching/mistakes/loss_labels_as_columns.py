"""Takes the labels for positions among the classes.

caught by: matching_loss/labels_are_only_names
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    p, classes = label_probabilities(cosine_similarities(embed(query_x), embed(support_x)), support_y)
    targets = query_y % len(classes)
    return F.nll_loss(p.log(), targets), (p.argmax(dim=1) == targets).float().mean()
