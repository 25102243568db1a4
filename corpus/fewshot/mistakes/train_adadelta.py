"""Trains with Adadelta, which hardly moves at such rates.

caught by: train/loss_falls_on_separable_data
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adadelta(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        episode = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        loss, _ = episode_loss(net, *episode)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
