"""UDA: the sharpened prediction for an unlabelled input is the target for an augmented version of it.

Xie, Dai, Hovy, Luong, Le (2020): Unsupervised Data Augmentation for Consistency Training. NeurIPS 33.
arXiv:1904.12848

| mathematics | name | shape | |
|---|---|---|---|
| p_theta(y given x) | softmax of classify(x) | (b, c) | |
| x^ ~ q(x^ given x) | augment | (u, ...) -> (u, ...) | strong augmentation, RandAugment for images |
| p_theta~(y given x) | original_logits | (u, c) | theta~ is a constant copy of theta: no gradient |
| p_theta(y given x^) | augmented_logits | (u, c) | |
| tau | temperature | () | sharpens the target: softmax(logits / tau) |
| beta | threshold | () | 1(max p_theta~ > beta): strictly, and before sharpening |
| D(p_theta~ or p_theta) | masked_divergence | () | mean over all inputs of the masked divergence |
| eta_t = alpha_t (1 - 1/K) + 1/K | annealing_threshold | () | training signal annealing, K classes |
| J(theta) | uda_loss | () | eq. 1 |

**Departures.** None from the authors' image code, whose divergence is Kullback-Leibler's, whose comparison is
strict, and whose mask looks at the probabilities at temperature 1. Kullback-Leibler and the paper's
cross-entropy have equal gradients, since the target is constant. Decoupled weight decay and the exponential
average of the weights belong to the training, not to this file.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from reference._arguments import (
    expect_fraction,
    expect_positions,
    expect_positive,
    expect_shapes,
)
from reference.pseudo_label import classification_loss, expect_partly_labelled
from reference.vat import kl_divergence

SCHEDULES: dict[str, Callable[[float], float]] = {
    "linear": lambda progress: progress,
    "exp": lambda progress: math.exp(5 * (progress - 1)),
    "log": lambda progress: 1 - math.exp(-5 * progress),
}


def masked_divergence(
    original_logits: Tensor, augmented_logits: Tensor, *, temperature: float, threshold: float
) -> Tensor:
    """1/u sum_x 1(max p(y given x) > beta) KL(softmax(original / tau), softmax(augmented)).

    (u, c), (u, c) -> (). No gradient reaches original_logits. threshold = 0 masks nothing.

    >>> original = torch.tensor([[9.0, 0.0], [0.1, 0.0]])  # only the first is confident
    >>> masked_divergence(original, torch.zeros(2, 2), temperature=0.4, threshold=0.8)  # log 2 / 2
    tensor(0.3466)
    """
    expect_shapes(original_logits=(original_logits, "u c"), augmented_logits=(augmented_logits, "u c"))
    expect_positive(temperature=temperature)
    expect_fraction(threshold=threshold)
    original = original_logits.detach()
    confident = original.softmax(dim=1).amax(dim=1) > threshold
    return (confident * kl_divergence(original / temperature, augmented_logits)).mean()


def annealing_threshold(schedule: str, progress: float, n_classes: int) -> float:
    """eta_t = alpha_t (1 - 1/K) + 1/K, from about 1/K at progress 0 to about 1 at progress 1 = t / T.

    alpha_t is t/T ("linear"), exp(5 (t/T - 1)) ("exp") or 1 - exp(-5 t/T) ("log").
    """
    if schedule not in SCHEDULES:
        raise ValueError(f"schedule is {schedule!r}: pass one of {', '.join(map(repr, SCHEDULES))}")
    expect_fraction(progress=progress)
    return SCHEDULES[schedule](progress) * (1 - 1 / n_classes) + 1 / n_classes


def annealed_classification_loss(logits: Tensor, labels: Tensor, threshold: float) -> Tensor:
    """Mean -log p(y) over the inputs with p(y) <= eta_t: easy ones wait. (n, c), (n,) -> (), 0 if all do."""
    sizes = expect_shapes(logits=(logits, "n c"), labels=(labels, "n"))
    expect_positions(labels=(labels, sizes["c"]))
    expect_fraction(threshold=threshold)
    losses = functional.cross_entropy(logits, labels.long(), reduction="none")
    kept = losses.detach().neg().exp() <= threshold
    return (losses * kept).sum() / kept.sum().clamp_min(1)


def uda_loss(
    classify: Callable[[Tensor], Tensor],
    augment: Callable[[Tensor], Tensor],
    labelled: Tensor,
    labels: Tensor,
    unlabelled: Tensor,
    *,
    temperature: float = 0.4,
    threshold: float = 0.8,
    weight: float = 1.0,
    annealing: float | None = None,
) -> Tensor:
    """Eq. 1. labelled (n, ...), labels (n,), unlabelled (u, ...) -> (). weight is lambda.

    Labelled and unlabelled come as the plain or weakly augmented images. `annealing` is eta_t, where the
    training signal is annealed. All inputs go through `classify` as one batch.
    """
    expect_partly_labelled(labelled, labels, unlabelled)
    logits = classify(torch.cat([labelled, unlabelled, augment(unlabelled)]))
    labelled_logits, original_logits, augmented_logits = torch.split(
        logits, [len(labelled), len(unlabelled), len(unlabelled)]
    )
    if annealing is None:
        supervised = classification_loss(labelled_logits, labels)
    else:
        supervised = annealed_classification_loss(labelled_logits, labels, annealing)
    return supervised + weight * masked_divergence(
        original_logits, augmented_logits, temperature=temperature, threshold=threshold
    )
