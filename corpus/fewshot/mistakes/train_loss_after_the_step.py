"""Computes the reported loss again after the step.

caught by: train/losses_are_those_of_episodes
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        sx, sy, qx, qy = (
            images[s].to(device),
            labels[s].to(device),
            images[q].to(device),
            labels[q].to(device),
        )
        loss, _ = episode_loss(net, sx, sy, qx, qy)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        net.eval()
        with torch.no_grad():
            losses.append(float(episode_loss(net, sx, sy, qx, qy)[0]))
        net.train()
    return losses
