"""Exponential moving average over the shots, so that late shots weigh more.

caught by: class_prototypes/support_order_does_not_matter
named: keeps a moving average over the shots, half old and half new, so that late shots weigh more
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    average = {}
    for x, y in zip(embeddings, labels.tolist()):
        average[y] = 0.5 * average[y] + 0.5 * x if y in average else x
    names = sorted(average)
    return torch.stack([average[n] for n in names]), torch.tensor(names, device=labels.device)
