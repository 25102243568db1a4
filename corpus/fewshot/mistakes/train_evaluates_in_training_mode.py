"""Runs the whole data set through the network after every step, still in training mode.

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
        prototypes, classes = class_prototypes(net(images[s].to(device)), labels[s].to(device))
        p = class_probabilities(net(images[q].to(device)), prototypes)
        loss = F.nll_loss(p.clamp(min=1e-30).log(), torch.searchsorted(classes, labels[q].to(device)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        with torch.no_grad():  # does it collapse?
            spread = net(images.to(device)).var(dim=0).mean().item()
        print(f"loss {losses[-1]:.3f}, spread {spread:.3f}")
    return losses
