"""Steps at the start of the loop: the first step has no gradient yet, the last gradient gets no step.

caught by: train/first_step_goes_downhill
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        optimizer.step()
        optimizer.zero_grad()
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(
            net, images[s].to(device), labels[s].to(device), images[q].to(device), labels[q].to(device)
        )
        loss.backward()
        losses.append(loss.item())
    return losses
