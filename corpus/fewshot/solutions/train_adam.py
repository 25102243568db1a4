"""Adam; losses collected as detached tensors and turned into floats at the end."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device)
    adam = torch.optim.Adam(net.parameters(), lr)
    history = []
    for episode in range(n_episodes):
        net.train()
        support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
        x, y = images.to(device), labels.to(device)
        loss, accuracy = episode_loss(net, x[support], y[support], x[query], y[query])
        adam.zero_grad()
        loss.backward()
        adam.step()
        history.append(loss.detach())
        if episode % 100 == 0:
            print(f"episode {episode}: loss {float(history[-1]):.3f}, accuracy {float(accuracy):.2f}")
    return torch.stack(history).tolist()
