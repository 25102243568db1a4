"""RMSprop with zero_grad(set_to_none=False), support and query embedded apart; self-contained."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net = net.to(device)
    net.train()
    optimiser = torch.optim.RMSprop(net.parameters(), lr=lr)
    names = [c for c in labels.unique().tolist() if int((labels == c).sum()) >= k_shot + n_query]
    losses = []
    for _ in range(n_episodes):
        optimiser.zero_grad(set_to_none=False)
        ways = [names[i] for i in torch.randperm(len(names), generator=generator)[:n_way].tolist()]
        sup, que = [], []
        for c in ways:
            members = torch.where(labels == c)[0]
            members = members[torch.randperm(len(members), generator=generator)]
            sup.append(members[:k_shot])
            que.append(members[k_shot : k_shot + n_query])
        protos = net(images[torch.cat(sup)].to(device)).reshape(n_way, k_shot, -1).mean(dim=1)
        zq = net(images[torch.cat(que)].to(device))
        y = torch.arange(n_way).repeat_interleave(n_query).to(device)
        log_p = F.log_softmax(-((zq[:, None] - protos) ** 2).sum(-1), dim=1)
        loss = -log_p[torch.arange(len(y), device=device), y].mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses
