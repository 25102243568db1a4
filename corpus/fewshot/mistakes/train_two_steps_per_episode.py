"""Makes two steps on every episode.

caught by: train/statistics_move_once_per_episode
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        inner = []
        for _ in range(2):
            zs, zq = net(images[s].to(device)), net(images[q].to(device))
            prototypes, classes = class_prototypes(zs, labels[s].to(device))
            y = torch.searchsorted(classes, labels[q].to(device))
            loss = F.cross_entropy(-(torch.cdist(zq, prototypes) ** 2), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            inner.append(loss.item())
        losses.append(inner[0])
    return losses
