"""Makes the targets anew with torch.arange, without a device.

caught by: train/trains_on_a_gpu
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net = net.to(device).train()
    opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    history = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        s, q = s[labels[s].argsort(stable=True)], q[labels[q].argsort(stable=True)]
        z = net(images[torch.cat([s, q])].to(device))
        prototypes = z[: len(s)].view(n_way, k_shot, -1).mean(1)
        logits = -((z[len(s) :, None] - prototypes) ** 2).sum(-1)
        targets = torch.arange(n_way).repeat_interleave(n_query)
        loss = F.cross_entropy(logits, targets)
        opt.zero_grad()
        loss.backward()
        opt.step()
        history.append(loss.item())
    return history
