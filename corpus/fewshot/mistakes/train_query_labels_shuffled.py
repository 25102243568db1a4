"""Shuffles the query images but not their labels.

caught by: train/losses_are_those_of_episodes
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        query_x = images[q[torch.randperm(len(q), generator=generator)]]
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), query_x.to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
