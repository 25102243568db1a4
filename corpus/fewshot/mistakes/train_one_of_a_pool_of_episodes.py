"""Draws every episode from thirty that were drawn before the loop.

caught by: train/every_episode_is_drawn_anew
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    pool = [sample_episode(labels, n_way, k_shot, n_query, generator) for _ in range(30)]
    losses = []
    for _ in range(n_episodes):
        s, q = pool[int(torch.randint(30, (), generator=generator))]
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
