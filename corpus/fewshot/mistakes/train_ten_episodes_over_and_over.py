"""Draws ten episodes before the loop, and goes through them again and again.

caught by: train/every_episode_is_drawn_anew
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    pool = [sample_episode(labels, n_way, k_shot, n_query, generator) for _ in range(10)]
    losses = []
    for episode in range(n_episodes):
        s, q = pool[episode % 10]
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
