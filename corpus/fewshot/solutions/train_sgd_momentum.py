"""SGD with Nesterov momentum and a little weight decay; self-contained, joint encoding."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net = net.to(device).train()
    opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9, nesterov=True, weight_decay=5e-4)
    classes, counts = labels.unique(return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    history = []
    for _ in range(n_episodes):
        ways = classes[torch.randperm(len(classes), generator=generator)[:n_way]]
        rows = []
        for c in ways:
            idx = torch.nonzero(labels == c).flatten()
            rows.append(idx[torch.randperm(len(idx), generator=generator)[: k_shot + n_query]])
        batch = images[torch.stack(rows).flatten()].to(device)
        z = net(batch).view(n_way, k_shot + n_query, -1)
        protos = z[:, :k_shot].mean(1)
        queries = z[:, k_shot:].reshape(n_way * n_query, -1)
        target = torch.arange(n_way, device=device).repeat_interleave(n_query)
        loss = F.cross_entropy(-(torch.cdist(queries, protos) ** 2), target)
        opt.zero_grad()
        loss.backward()
        opt.step()
        history.append(loss.item())
    return history
