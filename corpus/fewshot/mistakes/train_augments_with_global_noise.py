"""Adds noise to the images from the global generator.

caught by: train/only_the_generator_decides
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        noisy = images + 1e-3 * torch.randn_like(images)
        loss, _ = episode_loss(
            net, noisy[s].to(device), labels[s].to(device), noisy[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
