"""nll_loss of the logarithm of class_probabilities."""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    n_support = support_x.shape[0]
    both = embed(torch.cat((support_x, query_x), dim=0))
    prototypes, classes = class_prototypes(both[:n_support], support_y)
    p = class_probabilities(both[n_support:], prototypes)
    y = torch.bucketize(query_y, classes)
    loss = F.nll_loss(p.log(), y)
    return loss, float((p.argmax(-1) == y).sum()) / y.numel()
