"""Pseudo-labels: an unlabelled example is trained towards the class that the network gives it now.

Lee (2013): Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks.
ICML workshop on Challenges in Representation Learning.
Berthelot, Carlini, Goodfellow, Papernot, Oliver, Raffel (2019): MixMatch, eq. 7: sharpening. arXiv:1905.02249

| mathematics | name | shape | |
|---|---|---|---|
| f, f' | labelled_logits, unlabelled_logits | (n, c), (u, c) | before the softmax |
| y | labels | (n,) | class indices 0 ... c - 1 |
| y' | pseudo_labels | (u,) | eq. 14: the class of the largest logit |
| alpha(t) | weight_at | () | eq. 16: 0 before T1, alpha_f after T2, linear between |
| L | pseudo_label_loss | () | eq. 15 |
| p | probabilities | (..., c) | rows sum to 1 |
| T | temperature | () | |
| Sharpen(p, T)_i = p_i^(1/T) / sum_j p_j^(1/T) | sharpen | (..., c) | the soft counterpart of y' |

**Departures.** From the paper: the loss is the softmax's cross-entropy, not a sum of one sigmoid
cross-entropy for each class; both terms are means over their batch. The denoising auto-encoder that
pre-trains the paper's network is left out.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from reference._arguments import (
    expect_floating,
    expect_positions,
    expect_positive,
    expect_shapes,
)


def sharpen(probabilities: Tensor, temperature: float) -> Tensor:
    """Sharpen(p, T) = p^(1/T) / sum_j p_j^(1/T). (..., c) -> (..., c): T = 1 the same, T -> 0 one-hot.

    Computed as softmax(log p / T), which neither overflows nor divides 0 by 0 at small T.

    >>> sharpen(torch.tensor([0.8, 0.2]), temperature=0.5)  # 0.64 : 0.04
    tensor([0.9412, 0.0588])
    """
    expect_shapes(probabilities=(probabilities, "... c"))
    expect_floating(probabilities=probabilities)
    expect_positive(temperature=temperature)
    smallest = torch.finfo(probabilities.dtype).tiny  # keeps the gradient finite where p = 0
    return torch.softmax(probabilities.clamp_min(smallest).log() / temperature, dim=-1)


def pseudo_labels(logits: Tensor) -> Tensor:
    """Eq. 14: y' = argmax_i f_i. (..., c) -> (...,) int64, without gradient."""
    expect_shapes(logits=(logits, "... c"))
    return logits.detach().argmax(dim=-1)


def weight_at(step: float, *, start: float, end: float, final: float) -> float:
    """Eq. 16: alpha(t) is 0 up to step `start` (T1), `final` (alpha_f) from `end` (T2) on, linear between."""
    if not start < end:
        raise ValueError(f"start is {start} and end is {end}: pass start < end")
    return final * min(1.0, max(0.0, (step - start) / (end - start)))


def pseudo_label_loss(
    labelled_logits: Tensor, labels: Tensor, unlabelled_logits: Tensor, weight: float
) -> Tensor:
    """Eq. 15: L = 1/n sum_m CE(y_m, f_m) + alpha(t) 1/n' sum_m CE(y'_m, f'_m). (n, c), (n,), (u, c) -> ().

    The gradient flows through f', not through y'.
    """
    expect_shapes(
        labelled_logits=(labelled_logits, "n c"),
        labels=(labels, "n"),
        unlabelled_logits=(unlabelled_logits, "u c"),
    )
    supervised = classification_loss(labelled_logits, labels)
    return supervised + weight * functional.cross_entropy(unlabelled_logits, pseudo_labels(unlabelled_logits))


# ---------------------------------------------------------------------- shared by the semi-supervised methods


def classification_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean negative log-probability of the labels: each method's supervised term. (n, c), (n,) -> ()."""
    sizes = expect_shapes(logits=(logits, "n c"), labels=(labels, "n"))
    expect_floating(logits=logits)
    expect_positions(labels=(labels, sizes["c"]))
    return functional.cross_entropy(logits, labels.long())


def one_hot(labels: Tensor, like: Tensor) -> Tensor:
    """Class indices (n,) -> rows of 0 and a single 1 (n, c), with c, dtype and device of `like` (..., c)."""
    expect_positions(labels=(labels, like.shape[-1]))
    return functional.one_hot(labels.long(), like.shape[-1]).to(like)


def expect_partly_labelled(labelled: Tensor, labels: Tensor, unlabelled: Tensor) -> None:
    """labelled (n, ...), labels (n,) and unlabelled (u, ...) belong together, and none is empty."""
    expect_shapes(labels=(labels, "n"))
    if labelled.shape[1:] != unlabelled.shape[1:] or len(labelled) != len(labels) or not len(unlabelled):
        raise ValueError(
            f"labelled has shape {tuple(labelled.shape)} and unlabelled {tuple(unlabelled.shape)}: "
            f"pass inputs of one shape, {len(labels)} of them labelled, as many as labels, at least one not"
        )
