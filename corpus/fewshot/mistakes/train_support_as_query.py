"""Uses the support set as query as well: the classes are learnt by heart.

caught by: train/losses_are_those_of_episodes
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, _ = sample_episode(labels, n_way, k_shot, n_query, generator)
        x, y = images[s].to(device), labels[s].to(device)
        loss, _ = episode_loss(net, x, y, x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
