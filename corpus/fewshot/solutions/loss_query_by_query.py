"""Per-query loop: own distance plus logsumexp of minus the distances."""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    losses, correct = [], 0
    for z, y in zip(embed(query_x), query_y):
        d = ((z - prototypes) ** 2).sum(dim=1)
        k = int(torch.nonzero(classes == y))
        losses.append(d[k] + torch.logsumexp(-d, dim=0))
        correct += int(d.argmin() == k)
    return torch.stack(losses).mean(), correct / len(losses)
