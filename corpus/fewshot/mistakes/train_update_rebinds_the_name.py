"""Updates by hand with p = p - lr * g, which makes a new tensor and throws it away.

caught by: train/parameters_change
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net = net.to(device).train()
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        net.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p = p - lr * p.grad
        losses.append(loss.item())
    return losses
