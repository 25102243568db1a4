"""Returns the loss without the accuracy.

caught by: matching_loss/runs_and_returns_loss_and_accuracy
named: returns the loss alone, without the accuracy
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = F.nll_loss(p.log(), targets)
    accuracy = (p.argmax(dim=1) == targets).float().mean()
    return loss
