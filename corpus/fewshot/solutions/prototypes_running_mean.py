"""Running mean of each class, updated one embedding at a time."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    mean, seen = {}, {}
    for x, y in zip(embeddings, labels):
        y = int(y)
        if y not in mean:
            mean[y], seen[y] = x, 1
        else:
            seen[y] += 1
            mean[y] = mean[y] + (x - mean[y]) / seen[y]
    keys = sorted(mean.keys())
    return torch.stack([mean[k] for k in keys]), torch.as_tensor(keys, device=labels.device)
