"""Runs n_episodes + 1 episodes.

caught by: train/runs_and_returns_losses
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    episode = 0
    while episode <= n_episodes:
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(net, *[t.to(device) for t in (images[s], labels[s], images[q], labels[q])])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        episode += 1
    return losses
