"""Dictionary of lists, the plain Python way."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    from collections import defaultdict

    per_class = defaultdict(list)
    for vector, label in zip(embeddings, labels.tolist()):
        per_class[label].append(vector)
    names = sorted(per_class)
    means = [torch.stack(per_class[name]).mean(dim=0) for name in names]
    return torch.stack(means), torch.tensor(names, device=labels.device)
