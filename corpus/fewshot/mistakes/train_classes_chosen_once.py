"""Chooses the classes before the loop, and draws from them alone.

caught by: train/every_episode_is_drawn_anew
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    classes, sizes = labels.unique(return_counts=True)
    classes = classes[sizes >= k_shot + n_query]
    chosen = classes[torch.randperm(len(classes), generator=generator)[:n_way]]
    among = torch.isin(labels, chosen).nonzero().squeeze(1)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels[among], n_way, k_shot, n_query, generator)
        s, q = among[s], among[q]
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
