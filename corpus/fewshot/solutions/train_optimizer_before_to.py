"""The optimizer is made before net.to(device), which keeps the parameters the objects they were; foreach asked for."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    optimizer = torch.optim.Adam(net.parameters(), lr=lr, foreach=True)
    net.to(device)
    net.train()
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        parts = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        optimizer.zero_grad()
        loss = episode_loss(net, *parts)[0]
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
