"""Empties caches and synchronizes where there is CUDA, keeps the best state by deepcopy, goes on where it stood."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    import copy

    device = torch.device(device)
    net = net.to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    best, least, losses = None, float("inf"), []
    for _ in range(n_episodes):
        net.train()
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        if loss.item() < least:
            least, best = loss.item(), copy.deepcopy(net.state_dict())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    if device.type == "cuda":
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
    assert best is None or all(value.device.type == device.type for value in best.values())
    return losses
