"""Computes the loss itself, with mean squared distances instead of sums.

caught by: train/losses_are_those_of_episodes
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        zs, zq = net(images[s].to(device)), net(images[q].to(device))
        classes, y = torch.unique(labels[s].to(device), return_inverse=True)
        prototypes = torch.stack([zs[y == i].mean(0) for i in range(n_way)])
        d = ((zq[:, None] - prototypes[None]) ** 2).mean(-1)
        loss = F.cross_entropy(-d, torch.searchsorted(classes, labels[q].to(device)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
