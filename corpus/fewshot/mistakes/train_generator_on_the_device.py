"""Draws on `device` with the generator of the CPU, which CUDA refuses.

caught by: train/trains_on_a_gpu
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    images, labels = images.to(device), labels.to(device)
    classes, counts = labels.unique(return_counts=True)
    classes = classes[counts >= k_shot + n_query]
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        ways = classes[torch.randperm(len(classes), generator=generator, device=device)[:n_way]]
        rows = []
        for c in ways:
            items = (labels == c).nonzero().flatten()
            order = torch.randperm(len(items), generator=generator, device=device)
            rows.append(items[order[: k_shot + n_query]])
        rows = torch.stack(rows)
        s, q = rows[:, :k_shot].flatten(), rows[:, k_shot:].flatten()
        loss, _ = episode_loss(net, images[s], labels[s], images[q], labels[q])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
