"""Draws the episodes with NumPy's global random state.

caught by: train/only_the_generator_decides
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    values, counts = np.unique(labels.numpy(), return_counts=True)
    values = values[counts >= k_shot + n_query]
    losses = []
    for _ in range(n_episodes):
        rows = [
            np.random.permutation(np.flatnonzero(labels.numpy() == v))[: k_shot + n_query]
            for v in np.random.choice(values, n_way, replace=False)
        ]
        rows = torch.from_numpy(np.stack(rows))
        s, q = rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
