"""Goes through NumPy, which has no gradients.

caught by: class_prototypes/gradient_is_shared_equally
named: cuts the prototypes off from autograd (no_grad, detach, NumPy): no gradient reaches the embeddings
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    x, y = embeddings.detach().cpu().numpy(), labels.cpu().numpy()
    classes = np.unique(y)
    means = np.stack([x[y == c].mean(axis=0) for c in classes])
    return torch.from_numpy(means).to(embeddings.device), torch.from_numpy(classes).to(labels.device)
