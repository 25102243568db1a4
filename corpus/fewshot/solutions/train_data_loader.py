"""Episodes come out of a DataLoader with a batch sampler; GradScaler and autocast are there, and switched off."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    from torch.utils.data import DataLoader, TensorDataset

    class Episodes:
        def __iter__(self):
            for _ in range(n_episodes):
                support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
                yield torch.cat([support, query]).tolist()

        def __len__(self):
            return n_episodes

    device = torch.device(device)
    net.to(device)
    net.train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr)
    scaler = torch.amp.GradScaler(device.type, enabled=False)
    shots = n_way * k_shot
    losses = []
    for x, y in DataLoader(TensorDataset(images, labels), batch_sampler=Episodes(), generator=torch.Generator()):
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        with torch.autocast(device.type, enabled=False):
            loss, _ = episode_loss(net, x[:shots], y[:shots], x[shots:], y[shots:])
        optimizer.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses.append(loss.item())
    return losses
