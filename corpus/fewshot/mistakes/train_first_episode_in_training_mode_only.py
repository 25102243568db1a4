"""Goes back to evaluation mode after the first episode.

caught by: train/statistics_move_once_per_episode
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        sx, sy, qx, qy = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        loss, _ = episode_loss(net, sx, sy, qx, qy)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        net.eval()  # for the accuracy
        with torch.no_grad():
            episode_loss(net, sx, sy, qx, qy)
    return losses
