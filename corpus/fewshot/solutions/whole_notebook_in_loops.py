"""Whole notebook, in plain loops and with explicit names, by someone new to PyTorch."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    label_list = labels.tolist()
    class_list = []
    for label in label_list:
        if label not in class_list:
            class_list.append(label)
    class_list.sort()

    prototype_list = []
    for label in class_list:
        total = torch.zeros(embeddings.shape[1], dtype=embeddings.dtype, device=embeddings.device)
        count = 0
        for i in range(len(label_list)):
            if label_list[i] == label:
                total = total + embeddings[i]
                count = count + 1
        prototype_list.append(total / count)
    return torch.stack(prototype_list), torch.tensor(class_list, device=labels.device)


# %% class_probabilities
def class_probabilities(queries, prototypes):
    result = []
    for i in range(queries.shape[0]):
        distances = []
        for j in range(prototypes.shape[0]):
            distances.append(torch.sum((queries[i] - prototypes[j]) ** 2))
        result.append(torch.softmax(-torch.stack(distances), dim=0))
    return torch.stack(result)


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    possible = []
    for label in torch.unique(labels).tolist():
        if torch.sum(labels == label).item() >= k_shot + n_query:
            possible.append(label)
    if len(possible) < n_way:
        raise ValueError("Not enough classes to build an episode!")
    support_indices = []
    query_indices = []
    for position in torch.randperm(len(possible), generator=generator)[:n_way].tolist():
        where = torch.nonzero(labels == possible[position]).squeeze(1).tolist()
        shuffled = torch.randperm(len(where), generator=generator).tolist()
        for j in range(k_shot):
            support_indices.append(where[shuffled[j]])
        for j in range(k_shot, k_shot + n_query):
            query_indices.append(where[shuffled[j]])
    return torch.tensor(support_indices), torch.tensor(query_indices)


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    probabilities = class_probabilities(embed(query_x), prototypes)
    total = 0
    correct = 0
    for i in range(len(query_y)):
        for j in range(len(classes)):
            if classes[j] == query_y[i]:
                total = total - torch.log(probabilities[i, j])
                if torch.argmax(probabilities[i]).item() == j:
                    correct += 1
    return total / len(query_y), correct / len(query_y)


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net = net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    losses = []
    for episode in range(n_episodes):
        support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
        support_x = images[support].to(device)
        support_y = labels[support].to(device)
        query_x = images[query].to(device)
        query_y = labels[query].to(device)
        optimizer.zero_grad()
        loss, accuracy = episode_loss(net, support_x, support_y, query_x, query_y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
