"""Support and queries are embedded jointly, in an order of their own that the generator draws."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
        support_x, support_y = images[support].to(device), labels[support].to(device)
        query_x, query_y = images[query].to(device), labels[query].to(device)
        both = torch.cat([support_x, query_x])
        order = torch.randperm(len(both), generator=generator)
        embedded = net(both[order])[order.argsort()]
        prototypes, classes = class_prototypes(embedded[: len(support)], support_y)
        queries = embedded[len(support) :]
        targets = torch.searchsorted(classes, query_y)
        loss = F.cross_entropy(-((queries[:, None] - prototypes) ** 2).sum(2), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
