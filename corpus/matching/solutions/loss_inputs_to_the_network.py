"""Asks a network for its device and moves the inputs there, where they are already."""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    if isinstance(embed, nn.Module):
        device = next(embed.parameters()).device
        support_x, support_y, query_x, query_y = (x.to(device) for x in (support_x, support_y, query_x, query_y))
    p, classes = label_probabilities(cosine_similarities(embed(query_x), embed(support_x)), support_y)
    targets = torch.searchsorted(classes, query_y)
    return F.nll_loss(p.log(), targets), (p.argmax(dim=1) == targets).float().mean()
