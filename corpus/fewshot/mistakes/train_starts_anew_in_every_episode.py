"""Returns to the first weights at the start of every episode, so that nothing adds up.

caught by: train/loss_falls_on_separable_data
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    first = [p.detach().clone() for p in net.parameters()]
    losses = []
    for _ in range(n_episodes):
        with torch.no_grad():
            for p, start in zip(net.parameters(), first):
                p.copy_(start)
        optimizer = torch.optim.SGD(net.parameters(), lr=lr)
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
