"""Computes the loss under autocast, in bfloat16.

caught by: train/losses_are_those_of_episodes
named: nothing
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        episode = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        with torch.autocast(torch.device(device).type, dtype=torch.bfloat16):
            loss, _ = episode_loss(net, *episode)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
