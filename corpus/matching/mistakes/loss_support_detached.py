"""Embeds the support set without gradients.

caught by: matching_loss/gradient_flows_through_support_and_query
named: cuts the support set off from autograd: only the queries get a gradient
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    with torch.no_grad():
        support = embed(support_x)
    queries = embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = F.nll_loss(p.log(), targets)
    accuracy = (p.argmax(dim=1) == targets).float().mean()
    return loss, accuracy
