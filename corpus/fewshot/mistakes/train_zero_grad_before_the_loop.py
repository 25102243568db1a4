"""Clears the gradients once, before the loop.

caught by: train/gradients_start_from_zero
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    opt.zero_grad()
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(net, *(t.to(device) for t in (images[s], labels[s], images[q], labels[q])))
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses
