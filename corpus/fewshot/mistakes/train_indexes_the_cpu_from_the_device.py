"""Indexes images on the CPU with indices that were moved to the device.

caught by: train/trains_on_a_gpu
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        s, q = s.to(device), q.to(device)
        loss, _ = episode_loss(net, images[s], labels[s], images[q], labels[q])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
