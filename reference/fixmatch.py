"""FixMatch: the class of the weakly augmented view, where it is certain, teaches the strongly augmented one.

Sohn, Berthelot, Li, Zhang, Carlini, Cubuk, Kurakin, Zhang, Raffel (2020): FixMatch: Simplifying
Semi-Supervised Learning with Consistency and Confidence. NeurIPS 33. arXiv:2001.07685

| mathematics | name | shape | |
|---|---|---|---|
| p_m(y given x) | softmax of classify(x) | (b, c) | |
| alpha, A | weak, strong | (b, ...) -> (b, ...) | augmentations |
| q_b = p_m(y given alpha(u_b)) | weak_logits | (u, c) | no gradient |
| q^_b = argmax q_b | pseudo_labels | (u,) | |
| p_m(y given A(u_b)) | strong_logits | (u, c) | |
| tau | threshold | () | 0.95 in the paper |
| l_s | classification_loss | () | eq. 3, of weakly augmented labelled inputs |
| l_u | pseudo_label_consistency | () | eq. 4: mean of 1(max q_b >= tau) CE(q^_b, p_m(y given A(u_b))) |
| l_s + lambda_u l_u | fixmatch_loss | () | |

The mean in l_u is over all unlabelled inputs, certain or not: few certain ones make a small loss.

**Departures.** None in the loss. All inputs go through the network as one batch, where the authors interleave
them over several devices.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from reference._arguments import expect_fraction, expect_shapes
from reference.pseudo_label import classification_loss, expect_partly_labelled, pseudo_labels


def certain(logits: Tensor, threshold: float) -> Tensor:
    """1(max q >= tau). (u, c) -> (u,) bool."""
    expect_shapes(logits=(logits, "u c"))
    expect_fraction(threshold=threshold)
    return logits.detach().softmax(dim=1).amax(dim=1) >= threshold


def pseudo_label_consistency(weak_logits: Tensor, strong_logits: Tensor, threshold: float) -> Tensor:
    """Eq. 4: 1/(mu B) sum_b 1(max q_b >= tau) CE(q^_b, p_m(y given A(u_b))). (u, c), (u, c) -> ().

    No gradient reaches weak_logits.

    >>> weak = torch.tensor([[9.0, 0.0], [0.1, 0.0]])  # the second is not certain, so it adds 0 to the mean
    >>> pseudo_label_consistency(weak, torch.zeros(2, 2), threshold=0.95)  # log 2 / 2
    tensor(0.3466)
    """
    expect_shapes(weak_logits=(weak_logits, "u c"), strong_logits=(strong_logits, "u c"))
    losses = functional.cross_entropy(strong_logits, pseudo_labels(weak_logits), reduction="none")
    return (losses * certain(weak_logits, threshold)).mean()


def fixmatch_loss(
    classify: Callable[[Tensor], Tensor],
    weak: Callable[[Tensor], Tensor],
    strong: Callable[[Tensor], Tensor],
    labelled: Tensor,
    labels: Tensor,
    unlabelled: Tensor,
    *,
    threshold: float = 0.95,
    weight: float = 1.0,
) -> Tensor:
    """l_s + lambda_u l_u. labelled (n, ...), labels (n,), unlabelled (u, ...) -> (). weight is lambda_u."""
    expect_partly_labelled(labelled, labels, unlabelled)
    logits = classify(torch.cat([weak(labelled), weak(unlabelled), strong(unlabelled)]))
    labelled_logits, weak_logits, strong_logits = torch.split(
        logits, [len(labelled), len(unlabelled), len(unlabelled)]
    )
    supervised = classification_loss(labelled_logits, labels)
    return supervised + weight * pseudo_label_consistency(weak_logits, strong_logits, threshold)
