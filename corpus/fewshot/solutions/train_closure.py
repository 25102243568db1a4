"""optimizer.step(closure), episodes drawn by own code from random keys."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train(True)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr, betas=(0.9, 0.99))
    classes, counts = torch.unique(labels, return_counts=True)
    usable = classes[counts >= k_shot + n_query]
    losses = []
    for _ in range(n_episodes):
        ways = usable[torch.rand(len(usable), generator=generator).argsort()[:n_way]]
        keys = torch.rand(len(labels), generator=generator)
        picks = torch.stack([keys.masked_fill(labels != w, 2.0).argsort()[: k_shot + n_query] for w in ways])
        x = images[picks.flatten()].to(device)

        def closure():
            optimizer.zero_grad()
            z = net(x).unflatten(0, picks.shape)
            p = z[:, :k_shot].mean(1)
            d = torch.cdist(z[:, k_shot:].flatten(0, 1), p).square()
            y = torch.arange(n_way, device=device).repeat_interleave(n_query)
            loss = F.nll_loss((-d).log_softmax(1), y)
            loss.backward()
            return loss

        losses.append(optimizer.step(closure).item())
    return losses
