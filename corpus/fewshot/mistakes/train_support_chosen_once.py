"""Chooses the support items of each class before the loop; only the queries change.

caught by: train/episodes_are_fair
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    classes, sizes = labels.unique(return_counts=True)
    classes = classes[sizes >= k_shot + n_query]
    members = []
    for c in classes:
        items = (labels == c).nonzero().squeeze(1)
        members.append(items[torch.randperm(len(items), generator=generator)])
    losses = []
    for _ in range(n_episodes):
        s, q = [], []
        for i in torch.randperm(len(members), generator=generator)[:n_way].tolist():
            shots, rest = members[i][:k_shot], members[i][k_shot:]
            s.append(shots)
            q.append(rest[torch.randperm(len(rest), generator=generator)[:n_query]])
        s, q = torch.cat(s), torch.cat(q)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
