"""Appends the accuracy where the loss was asked.

caught by: train/losses_are_those_of_episodes
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, accuracy = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(1.0 - float(accuracy))
    return losses
