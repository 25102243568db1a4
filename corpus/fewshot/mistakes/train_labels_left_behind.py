"""Moves the images and forgets the labels, which a CPU forgives.

caught by: train/trains_on_a_gpu
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        z = net(images[torch.cat([s, q])].to(device))
        prototypes, classes = class_prototypes(z[: len(s)], labels[s])
        logits = -torch.cdist(z[len(s) :], prototypes) ** 2
        targets = torch.searchsorted(classes, labels[q])
        loss = F.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
