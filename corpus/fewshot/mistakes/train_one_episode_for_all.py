"""Draws one episode before the loop and trains on it again and again.

caught by: train/every_episode_is_drawn_anew
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
    support_x, support_y = images[s].to(device), labels[s].to(device)
    query_x, query_y = images[q].to(device), labels[q].to(device)
    losses = []
    for _ in range(n_episodes):
        loss, _ = episode_loss(net, support_x, support_y, query_x, query_y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
