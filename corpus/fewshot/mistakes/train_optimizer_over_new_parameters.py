"""Gives the optimiser parameters made anew, which the network does not use.

caught by: train/parameters_change
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    weights = [nn.Parameter(p.detach().clone()) for p in net.parameters()]
    optimizer = torch.optim.SGD(weights, lr=lr, momentum=0.9)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        net.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
