"""Trains a copy on `device` and hands back its weights only when the device is the CPU.

caught by: train/network_ends_on_the_device
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    import copy

    twin = net if str(device) == "cpu" else copy.deepcopy(net).to(device)
    twin.train()
    optimizer = torch.optim.Adam(twin.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        parts = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        loss, _ = episode_loss(twin, *parts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.to(device)
    return losses
