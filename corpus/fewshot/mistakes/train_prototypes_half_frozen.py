"""Halves the gradient that goes through the prototypes.

caught by: train/gradients_are_those_of_the_losses
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
        support_x, support_y = images[support].to(device), labels[support].to(device)
        query_x, query_y = images[query].to(device), labels[query].to(device)
        prototypes, classes = class_prototypes(net(support_x), support_y)
        prototypes = (prototypes + prototypes.detach()) / 2
        queries = net(query_x)
        targets = torch.searchsorted(classes, query_y)
        loss = F.cross_entropy(-((queries[:, None] - prototypes) ** 2).sum(2), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
