"""The Pi-model: two augmented views of an input, through a network with dropout, shall get one prediction.

Laine, Aila (2017): Temporal Ensembling for Semi-Supervised Learning. ICLR. arXiv:1610.02242

| mathematics | name | shape | |
|---|---|---|---|
| f_theta | classify | (b, ...) -> (b, c) | logits; may hold dropout or noise of its own |
| g(x) | augment | (b, ...) -> (b, ...) | stochastic augmentation of the input |
| z_i, z~_i | softmax of logits, other_logits | (b, c) | predictions for two draws of g and of the dropout |
| y_i, i in L | labels | (n,) | class indices 0 ... c - 1 |
| 1/(C B) sum_i (z_i - z~_i)^2 | consistency | () | C classes, B inputs, labelled and unlabelled |
| w(t) | weight | () | ramp_up(t) times its largest value |
| loss | pi_model_loss | () | algorithm 1: -mean log z_i[y_i] + w(t) consistency |

The gradient flows through z and through z~. Labelled and unlabelled inputs go through the network as one
batch, and both enter the second term.

**Departures.** The first term is the mean over the labelled inputs, where algorithm 1 divides its sum by all
B inputs; the weight's factor M / N (the labelled share of the data) is left to the caller, as is the
ramp-down of the learning rate and of Adam's beta_1. Some libraries stop the gradient in z~, which halves the
gradient of the second term in expectation; neither the paper nor this file does.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from reference._arguments import expect_floating, expect_positive, expect_shapes
from reference.pseudo_label import classification_loss, expect_partly_labelled


def consistency(logits: Tensor, other_logits: Tensor) -> Tensor:
    """1/(C B) sum_i (z_i - z~_i)^2, z = softmax(logits). (b, c), (b, c) -> (). Symmetric, also in gradient.

    >>> consistency(torch.tensor([[100.0, 0.0]]), torch.tensor([[0.0, 100.0]]))  # (1 + 1) / 2
    tensor(1.)
    """
    expect_shapes(logits=(logits, "b c"), other_logits=(other_logits, "b c"))
    expect_floating(logits=logits, other_logits=other_logits)
    return (logits.softmax(dim=1) - other_logits.softmax(dim=1)).square().mean()


def ramp_up(step: float, length: float) -> float:
    """Appendix A: exp(-5 (1 - t)^2) with t = step / length up to 1; exactly 0 at step 0, as in the paper."""
    expect_positive(length=length)
    if step <= 0:
        return 0.0
    return math.exp(-5 * (1 - min(1.0, step / length)) ** 2)


def pi_model_loss(
    classify: Callable[[Tensor], Tensor],
    augment: Callable[[Tensor], Tensor],
    labelled: Tensor,
    labels: Tensor,
    unlabelled: Tensor,
    *,
    weight: float,
) -> Tensor:
    """Algorithm 1. labelled (n, ...), labels (n,), unlabelled (u, ...) -> ().

    `augment` draws anew at each call, for instance lambda x: weak(x, generator=generator).
    """
    expect_partly_labelled(labelled, labels, unlabelled)
    inputs = torch.cat([labelled, unlabelled])
    logits, other_logits = classify(augment(inputs)), classify(augment(inputs))
    supervised = classification_loss(logits[: len(labels)], labels)
    return supervised + weight * consistency(logits, other_logits)
