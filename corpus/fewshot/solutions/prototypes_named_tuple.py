"""Type hints, docstring, and a named tuple as the pair."""

# %% class_prototypes
from typing import NamedTuple


class Prototypes(NamedTuple):
    prototypes: torch.Tensor
    classes: torch.Tensor


def class_prototypes(embeddings: torch.Tensor, labels: torch.Tensor) -> Prototypes:
    """Mean embedding of every class.

    embeddings (n, d), labels (n,) -> prototypes (c, d), classes (c,)
    """
    classes = torch.unique(labels)
    belongs = labels.eq(classes.unsqueeze(1))  # (c, n)
    means = [embeddings[row].mean(dim=0) for row in belongs]
    return Prototypes(torch.stack(means), classes)
