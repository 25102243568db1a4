"""Takes the losses to NumPy straight from the device.

caught by: train/trains_on_a_gpu
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        parts = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        loss, _ = episode_loss(net, *parts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach().numpy()))
    return losses
