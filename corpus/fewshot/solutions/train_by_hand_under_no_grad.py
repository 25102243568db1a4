"""Manual update loop under no_grad, gradients set to None by hand."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    losses = []
    for _ in range(n_episodes):
        for p in net.parameters():
            p.grad = None
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses
