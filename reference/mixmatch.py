"""MixMatch: guess labels over several augmentations, sharpen them, and mix everything with everything.

Berthelot, Carlini, Goodfellow, Papernot, Oliver, Raffel (2019): MixMatch: A Holistic Approach to
Semi-Supervised Learning. NeurIPS 32. arXiv:1905.02249

| mathematics | name | shape | |
|---|---|---|---|
| x^_b, p_b | labelled, labels | (n, ...), (n,) | augmented once; labels become one-hot (n, c) |
| u^_(b,k), k = 1 ... K | views | (k, u, ...) | unlabelled, augmented K times |
| q_b | guess_labels | (u, c) | eq. 6: mean prediction over k, then sharpened, eq. 7; no gradient |
| lambda' = max(lambda, 1 - lambda) | mixing_weights | (b,) | eq. 8 and 9, lambda ~ Beta(alpha, alpha) |
| x' = lambda' x_1 + (1 - lambda') x_2 | mixup | (b, ...) | eq. 10, likewise p', eq. 11: nearer to the first |
| W = Shuffle(Concat(X^, U^)) | partners | (n + k u,) | whom each is mixed with |
| X', U' | mix_batches | | algorithm 1: X^ with the head of W, U^ with the rest |
| L_X | functional.cross_entropy | () | eq. 3, soft targets |
| L_U | squared_error | () | eq. 4: 1/(L U) sum (q - p_model)^2, L classes |
| L_X + lambda_U L_U | mixmatch_loss | () | eq. 5 |

As in the authors' code every example draws a lambda of its own, and batch norm does not record the guessing
passes.

**Departures.** X' and U' go through the network as one batch, where the authors interleave them into batches
of equal size. Their exponential average of the weights, used for evaluation, is mean_teacher.update_teacher;
the linear ramp of lambda_U is the caller's `weight`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from reference._arguments import expect_counts, expect_floating, expect_positive, expect_shapes
from reference.pseudo_label import expect_partly_labelled, one_hot, sharpen
from reference.vat import keep_batch_statistics


@torch.no_grad()
def guess_labels(classify: Callable[[Tensor], Tensor], views: Tensor, temperature: float) -> Tensor:
    """Eq. 6 and 7: q_b = Sharpen(1/K sum_k p_model(y given u^_(b,k)), T). views (k, u, ...) -> (u, c)."""
    if views.ndim < 3:
        raise ValueError(f"views has shape {tuple(views.shape)}: pass (k, u, ...), k views of each input")
    with keep_batch_statistics(classify):
        logits = classify(views.flatten(0, 1))
    probabilities = logits.softmax(dim=1).reshape(len(views), views.shape[1], -1)
    return sharpen(probabilities.mean(dim=0), temperature)


def mixing_weights(count: int, alpha: float, generator: torch.Generator, like: Tensor) -> Tensor:
    """Eq. 8 and 9: lambda' = max(lambda, 1 - lambda), lambda ~ Beta(alpha, alpha). (count,), in [1/2, 1]."""
    expect_counts(count=count)
    expect_positive(alpha=alpha)
    # torch has no Beta that takes a generator; numpy's is seeded from it.
    seed = torch.randint(2**63 - 1, (), generator=generator, device=generator.device)
    drawn = torch.from_numpy(np.random.default_rng(int(seed)).beta(alpha, alpha, size=count))
    return torch.maximum(drawn, 1 - drawn).to(like)


def mixup(first: Tensor, second: Tensor, weights: Tensor) -> Tensor:
    """Eq. 10 and 11: lambda' x_1 + (1 - lambda') x_2. (b, ...), (b, ...), (b,) -> (b, ...).

    >>> mixup(torch.tensor([[4.0]]), torch.tensor([[0.0]]), torch.tensor([0.75]))
    tensor([[3.]])
    """
    expect_shapes(weights=(weights, "b"))
    if first.shape != second.shape or len(first) != len(weights):
        raise ValueError(
            f"first has shape {tuple(first.shape)} and second {tuple(second.shape)}: "
            f"pass two batches of one shape, {len(weights)} items each, as many as weights"
        )
    weights = weights.reshape(-1, *[1] * (first.ndim - 1))
    return weights * first + (1 - weights) * second


def mix_batches(
    inputs: Tensor, targets: Tensor, *, alpha: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Algorithm 1, lines 12 to 15: each example mixed with a partner from the shuffled whole.

    inputs (b, ...), labelled first; targets (b, c) -> the same shapes, in the same order.
    """
    expect_shapes(targets=(targets, "b c"))
    expect_floating(inputs=inputs, targets=targets)
    partners = torch.randperm(len(inputs), generator=generator, device=generator.device).to(inputs.device)
    weights = mixing_weights(len(inputs), alpha, generator, inputs)
    return mixup(inputs, inputs[partners], weights), mixup(targets, targets[partners], weights)


def squared_error(logits: Tensor, targets: Tensor) -> Tensor:
    """Eq. 4: 1/(L U) sum_u (q - p_model)^2, the Brier score over L classes. (u, c), (u, c) -> ()."""
    expect_shapes(logits=(logits, "u c"), targets=(targets, "u c"))
    return (targets - logits.softmax(dim=1)).square().mean()


def mixmatch_loss(
    classify: Callable[[Tensor], Tensor],
    augment: Callable[[Tensor], Tensor],
    labelled: Tensor,
    labels: Tensor,
    unlabelled: Tensor,
    *,
    generator: torch.Generator,
    weight: float,
    n_views: int = 2,
    temperature: float = 0.5,
    alpha: float = 0.75,
) -> Tensor:
    """Eq. 5: L_X + lambda_U L_U. labelled (n, ...), labels (n,), unlabelled (u, ...) -> ().

    weight is lambda_U (75 to 100 in the paper, ramped up), n_views is K, `generator` draws partners and
    lambda.
    """
    expect_partly_labelled(labelled, labels, unlabelled)
    expect_counts(n_views=n_views)
    views = torch.stack([augment(unlabelled) for _ in range(n_views)])
    guesses = guess_labels(classify, views, temperature)
    inputs = torch.cat([augment(labelled), views.flatten(0, 1)])
    targets = torch.cat([one_hot(labels, guesses), guesses.repeat(n_views, 1)])
    inputs, targets = mix_batches(inputs, targets, alpha=alpha, generator=generator)
    logits, n = classify(inputs), len(labelled)
    supervised = functional.cross_entropy(logits[:n], targets[:n])
    return supervised + weight * squared_error(logits[n:], targets[n:])
