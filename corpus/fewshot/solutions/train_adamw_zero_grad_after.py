"""AdamW, with zero_grad after the step and float(loss.detach())."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr)
    optimizer.zero_grad()
    losses = []
    while len(losses) < n_episodes:
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )[0]
        losses.append(float(loss.detach()))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return losses
