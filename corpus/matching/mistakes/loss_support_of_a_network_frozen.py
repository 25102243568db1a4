"""Embeds the support set under no_grad where `embed` is a network.

caught by: matching_loss/a_network_is_like_a_function
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    with torch.set_grad_enabled(not isinstance(embed, nn.Module)):
        support = embed(support_x)
    queries = embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = F.nll_loss(p.log(), targets)
    return loss, (p.argmax(dim=1) == targets).float().mean()
