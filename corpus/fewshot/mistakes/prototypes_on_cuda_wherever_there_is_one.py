"""Moves everything to CUDA wherever there is a GPU, and leaves it there.

caught by: class_prototypes/result_lies_where_the_inputs_lie
named: moves the prototypes to CUDA wherever there is a GPU
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    embeddings, labels = embeddings.to(device), labels.to(device)
    classes = labels.unique()
    return torch.stack([embeddings[labels == k].mean(dim=0) for k in classes]), classes
