"""Whole notebook, written as short as possible: one-hot, cdist, random keys, joint encoding, Adam."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, i = labels.unique(return_inverse=True)
    w = F.one_hot(i, len(classes)).to(embeddings)
    return (w / w.sum(0)).T @ embeddings, classes


# %% class_probabilities
def class_probabilities(queries, prototypes):
    return F.softmin(torch.cdist(queries, prototypes) ** 2, dim=1)


# %% sample_episode
def sample_episode(labels, n_way, k_shot, n_query, generator):
    c, n = labels.unique(return_counts=True)
    c = c[n >= k_shot + n_query]
    if len(c) < n_way:
        raise ValueError("too few classes")
    c = c[torch.randperm(len(c), generator=generator)[:n_way]]
    order = torch.randperm(len(labels), generator=generator)
    t = torch.stack([order[labels[order] == k][: k_shot + n_query] for k in c])
    return t[:, :k_shot].flatten(), t[:, k_shot:].flatten()


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    s, q = embed(torch.cat([support_x, query_x])).split([len(support_x), len(query_x)])
    p, c = class_prototypes(s, support_y)
    logits, y = -(torch.cdist(q, p) ** 2), torch.searchsorted(c, query_y)
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()


# %% embedding_net
class EmbeddingNet(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32))


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    opt, losses = torch.optim.Adam(net.to(device).train().parameters(), lr=lr), []
    for _ in range(n_episodes):
        ids = sample_episode(labels, n_way, k_shot, n_query, generator)
        loss, _ = episode_loss(net, *[t[i].to(device) for i in ids for t in (images, labels)])
        opt.zero_grad(), loss.backward(), opt.step(), losses.append(loss.item())
    return losses
