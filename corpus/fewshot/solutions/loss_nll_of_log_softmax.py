"""F.nll_loss of log_softmax, as in many public implementations; self-contained."""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    zs = embed(support_x)
    zq = embed(query_x)
    names = support_y.unique()
    centers = torch.stack([zs[support_y == n].mean(0) for n in names])
    log_p_y = F.log_softmax(-torch.pow(zq.unsqueeze(1) - centers.unsqueeze(0), 2).sum(2), dim=1)
    t = torch.stack([(names == y).nonzero()[0, 0] for y in query_y])
    loss_val = F.nll_loss(log_p_y, t)
    _, y_hat = log_p_y.max(1)
    acc_val = torch.eq(y_hat, t).float().mean()
    return loss_val, acc_val
