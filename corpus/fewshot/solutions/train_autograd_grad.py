"""torch.autograd.grad and a heavy-ball step by hand; never touches .grad."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    params = [p for p in net.parameters() if p.requires_grad]
    speed = [torch.zeros_like(p) for p in params]
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        sx, sy = images[s].to(device), labels[s].to(device)
        qx, qy = images[q].to(device), labels[q].to(device)
        loss, _ = episode_loss(net, sx, sy, qx, qy)
        grads = torch.autograd.grad(loss, params)
        with torch.no_grad():
            for p, v, g in zip(params, speed, grads):
                v.mul_(0.9).add_(g)
                p.sub_(lr * v)
        losses.append(float(loss))
    return losses
