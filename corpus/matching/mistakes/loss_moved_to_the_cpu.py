"""Moves the probabilities to the CPU before it compares them.

caught by: matching_loss/result_lies_where_the_inputs_lie
named: has the loss on the CPU, wherever the inputs are
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    p, targets = p.cpu(), torch.searchsorted(classes, query_y).cpu()
    return F.nll_loss(p.log(), targets), (p.argmax(dim=1) == targets).float().mean()
