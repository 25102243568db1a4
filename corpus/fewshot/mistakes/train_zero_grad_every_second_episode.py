"""Clears the gradients in every second episode only.

caught by: train/gradients_start_from_zero
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for i in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        x, y = images.to(device), labels.to(device)
        loss, _ = episode_loss(net, x[s], y[s], x[q], y[q])
        if i % 2 == 0:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
