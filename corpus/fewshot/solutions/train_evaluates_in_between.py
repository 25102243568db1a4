"""Adagrad; accuracy measured in evaluation mode after every step, which leaves the statistics alone."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    optimizer = torch.optim.Adagrad(net.parameters(), lr=lr)
    losses, accuracies = [], []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        episode = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        net.train()
        loss, _ = episode_loss(net, *episode)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        net.eval()
        with torch.no_grad():
            accuracies.append(float(episode_loss(net, *episode)[1]))
    return losses
