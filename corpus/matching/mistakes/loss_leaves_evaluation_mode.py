"""Switches a network to training and leaves it there.

caught by: matching_loss/inputs_and_mode_stay
named: leaves the network in training mode
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    if isinstance(embed, nn.Module):
        embed.train()
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.searchsorted(classes, query_y)
    loss = F.nll_loss(p.log(), targets)
    accuracy = (p.argmax(dim=1) == targets).float().mean()
    return loss, accuracy
