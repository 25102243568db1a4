"""Whole notebook, object-oriented: the functions are thin doors to a class."""


# %% class_prototypes
class Centroids:
    def __init__(self, embeddings, labels):
        self.classes, self.index = torch.unique(labels, return_inverse=True)
        order = torch.argsort(self.index)
        sizes = torch.bincount(self.index).tolist()
        self.points = torch.stack([part.mean(0) for part in embeddings[order].split(sizes)])


def class_prototypes(embeddings, labels):
    found = Centroids(embeddings, labels)
    return found.points, found.classes


# %% class_probabilities
class Classifier(nn.Module):
    def __init__(self, prototypes):
        super().__init__()
        self.prototypes = prototypes

    def forward(self, queries):
        return -(queries.unsqueeze(1) - self.prototypes.unsqueeze(0)).pow(2).sum(-1)


def class_probabilities(queries, prototypes):
    return Classifier(prototypes)(queries).softmax(dim=-1)


# %% sample_episode
class EpisodeSampler:
    def __init__(self, labels, n_way, k_shot, n_query):
        self.members = [torch.nonzero(labels == c).flatten() for c in labels.unique()]
        self.members = [m for m in self.members if len(m) >= k_shot + n_query]
        if len(self.members) < n_way:
            raise ValueError(f"{len(self.members)} classes are large enough, {n_way} are needed")
        self.n_way, self.k_shot, self.n_query = n_way, k_shot, n_query

    def draw(self, generator):
        support, query = [], []
        for c in torch.randperm(len(self.members), generator=generator)[: self.n_way].tolist():
            m = self.members[c]
            m = m[torch.randperm(len(m), generator=generator)]
            support.append(m[: self.k_shot])
            query.append(m[self.k_shot : self.k_shot + self.n_query])
        return torch.cat(support), torch.cat(query)


def sample_episode(labels, n_way, k_shot, n_query, generator):
    return EpisodeSampler(labels, n_way, k_shot, n_query).draw(generator)


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes).square())
    target = torch.nonzero(query_y[:, None] == classes[None])[:, 1]
    return F.cross_entropy(logits, target), (logits.argmax(1) == target).float().mean()


# %% train
class Trainer:
    def __init__(self, net, lr, device):
        self.net = net.to(device)
        self.device = device
        self.optimizer = torch.optim.NAdam(net.parameters(), lr=lr)

    def step(self, support_x, support_y, query_x, query_y):
        self.net.train()
        arguments = [t.to(self.device) for t in (support_x, support_y, query_x, query_y)]
        loss, _ = episode_loss(self.net, *arguments)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    trainer = Trainer(net, lr, device)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        losses.append(trainer.step(images[s], labels[s], images[q], labels[q]))
    return losses
