"""Changes the sign of the gradient in every second episode.

caught by: train/later_steps_go_downhill
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for episode in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        optimizer.zero_grad()
        loss.backward()
        if episode % 2 == 1:
            for p in net.parameters():
                p.grad.neg_()
        optimizer.step()
        losses.append(loss.item())
    return losses
