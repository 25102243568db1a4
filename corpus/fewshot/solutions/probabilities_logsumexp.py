"""exp of logits minus logsumexp."""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    logits = -torch.sum((queries[:, None, :] - prototypes) ** 2, axis=2)
    return torch.exp(logits - torch.logsumexp(logits, dim=1, keepdim=True))
