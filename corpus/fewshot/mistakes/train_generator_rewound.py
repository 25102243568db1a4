"""Rewinds the generator to its first seed before the loop.

caught by: train/only_the_generator_decides
"""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    generator.manual_seed(generator.initial_seed())
    net.to(device)
    net.train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(net, *[t.to(device) for t in (images[s], labels[s], images[q], labels[q])])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
