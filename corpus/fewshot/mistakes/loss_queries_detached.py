"""Detaches the query embeddings, so that only the prototypes learn.

caught by: episode_loss/gradient_flows_through_support_and_query
named: cuts the queries off from autograd: only the support set gets a gradient
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    queries = embed(query_x).detach()
    logits = -(torch.cdist(queries, prototypes) ** 2)
    y = torch.searchsorted(classes, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
