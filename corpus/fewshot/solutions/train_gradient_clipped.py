"""SGD with the norm of the gradient clipped at a large value, data moved once before the loop."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    data = images.to(device)
    optimizer = torch.optim.SGD(list(net.parameters()), lr=lr)
    losses = [0.0] * n_episodes
    for i in range(n_episodes):
        net.train()
        support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
        names, renumbered = torch.unique(labels[support], return_inverse=True)
        loss, _ = episode_loss(
            net,
            data[support],
            renumbered.to(device),
            data[query],
            torch.searchsorted(names, labels[query]).to(device),
        )
        net.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), max_norm=10.0)
        optimizer.step()
        losses[i] = loss.item()
    net.eval()
    return losses
