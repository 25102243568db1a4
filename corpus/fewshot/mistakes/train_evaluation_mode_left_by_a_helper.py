"""A helper that measures the accuracy every ten episodes leaves the network in evaluation mode.

caught by: train/episodes_are_embedded_in_training_mode
named: leaves the network in evaluation mode after ten episodes
"""


# %% train
def accuracy_of(net, episode):
    net.eval()
    with torch.no_grad():
        return float(episode_loss(net, *episode)[1])


def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for i in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        episode = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        loss, _ = episode_loss(net, *episode)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if i % 10 == 9:
            print(f"{i + 1}: {accuracy_of(net, episode):.3f}")
    return losses
