"""Whole notebook, written as short as possible."""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    d = (first - second).norm(dim=1)
    return torch.where(same, (first - second).square().sum(1), (margin - d).relu() ** 2) / 2


# %% sample_pairs
def sample_pairs(labels, n_pairs, generator):
    key, c = lambda n: torch.rand(n, generator=generator).argsort(), labels.unique()
    of = lambda k, n: (w := (labels == k).nonzero().flatten())[key(len(w))[:n]]
    big = [k for k in c if (labels == k).sum() > 1]
    if len(c) < 2 or not big:
        raise ValueError("no pairs")
    same = [of(big[key(len(big))[0]], 2) for _ in range(n_pairs - n_pairs // 2)]
    other = [torch.cat([of(k, 1) for k in c[key(len(c))[:2]]]) for _ in range(n_pairs // 2)]
    return tuple(torch.stack(same + other).T)


# %% cosine_similarities
def cosine_similarities(queries, support):
    return F.cosine_similarity(queries.unsqueeze(1), support, dim=2)


# %% label_probabilities
def label_probabilities(similarities, labels):
    c, i = labels.unique(return_inverse=True)
    return similarities.softmax(1) @ torch.eye(len(c)).to(similarities)[i], c


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    p, c = label_probabilities(cosine_similarities(embed(query_x), embed(support_x)), support_y)
    t = torch.searchsorted(c, query_y)
    return F.nll_loss(p.log(), t), (p.argmax(1) == t).double().mean()
