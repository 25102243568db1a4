"""Takes the first items of each drawn class in every episode.

caught by: train/episodes_are_fair
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    classes, sizes = labels.unique(return_counts=True)
    classes = classes[sizes >= k_shot + n_query]
    losses = []
    for _ in range(n_episodes):
        s, q = [], []
        for c in classes[torch.randperm(len(classes), generator=generator)[:n_way]]:
            items = (labels == c).nonzero().squeeze(1)[: k_shot + n_query + 1]
            items = items[torch.randperm(len(items), generator=generator)]
            s.append(items[:k_shot])
            q.append(items[k_shot : k_shot + n_query])
        s, q = torch.cat(s), torch.cat(q)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
