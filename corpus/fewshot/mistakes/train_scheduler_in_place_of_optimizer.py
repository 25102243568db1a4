"""Calls scheduler.step() where optimizer.step() was meant.

caught by: train/parameters_change
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=100)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        scheduler.step()
        losses.append(loss.item())
    return losses
