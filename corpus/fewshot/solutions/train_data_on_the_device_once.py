"""Everything moved once before the loop; CPU indices into device tensors, which CUDA allows; running mean of 0-dim tensors."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    x, y = images.to(device, non_blocking=True), labels.to(device)
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    mean, losses = torch.tensor(0.0), []
    for i in range(n_episodes):
        support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(net, x[support], y[support], x[query], y[query])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        mean = mean + (loss.detach() - mean) / torch.tensor(i + 1.0)
        losses.append(loss.detach())
    print(f"mean {mean.item():.3f}")
    return [float(each) for each in losses]
