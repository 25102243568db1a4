"""Cuts the queries off from the graph.

caught by: matching_loss/gradient_flows_through_support_and_query
named: cuts the queries off from autograd: only the support set gets a gradient
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x).detach()
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = F.nll_loss(p.log(), targets)
    accuracy = (p.argmax(dim=1) == targets).float().mean()
    return loss, accuracy
