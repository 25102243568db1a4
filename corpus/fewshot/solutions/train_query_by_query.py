"""One backward pass for every query; gradients add up to those of the mean loss."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
        support_x, support_y = images[support].to(device), labels[support].to(device)
        query_x, query_y = images[query].to(device), labels[query].to(device)
        embedded = net(torch.cat([support_x, query_x]))
        queries = embedded[len(support) :]
        prototypes, classes = class_prototypes(embedded[: len(support)], support_y)
        optimizer.zero_grad()
        targets = torch.searchsorted(classes, query_y)
        total = 0.0
        for z, y in zip(queries, targets):
            loss = F.cross_entropy(-(z - prototypes).square().sum(1), y) / len(query)
            loss.backward(retain_graph=True)
            total += loss.item()
        optimizer.step()
        losses.append(total)
    return losses
