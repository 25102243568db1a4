"""Virtual adversarial training: the prediction shall not change in the direction in which it changes most.

Miyato, Maeda, Koyama, Ishii (2018): Virtual Adversarial Training: A Regularization Method for Supervised and
Semi-Supervised Learning. IEEE TPAMI. arXiv:1704.03976

| mathematics | name | shape | |
|---|---|---|---|
| p(y given x, theta) | softmax of classify(x) | (b, c) | |
| D[p, q] = sum_y p(y) log(p(y) / q(y)) | kl_divergence | (b,) | Kullback-Leibler divergence |
| d | direction | (b, ...) | a unit vector for each input |
| d <- unit of grad_r D[p(x), p(x + r)] at r = xi d | most_sensitive_direction | (b, ...) | power iteration |
| r_vadv = epsilon d | epsilon * direction | (b, ...) | where D grows most, near 0 |
| LDS(x, theta) = D[p(x, theta^), p(x + r_vadv, theta)] | smoothness | (b,) | theta^ is held constant |
| H = -sum_y p(y) log p(y) | entropy | (b,) | the term of VAT + EntMin |
| loss + alpha R_vadv | vat_loss | () | R is the mean of LDS over labelled and unlabelled inputs |

**Departures.** xi is 1e-3, not the 1e-6 of the authors' code: in single precision the change of the
prediction that a step of 1e-6 makes drowns in rounding. Randomness is the first d only: if the network has
dropout, fix it or switch it off, or p(x) and p(x + r) differ for that reason too. Batch norm sees the
perturbed inputs but does not enter them into its running statistics, as in the authors' code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from reference._arguments import expect_counts, expect_floating, expect_positive, expect_shapes
from reference.pseudo_label import classification_loss, expect_partly_labelled


def kl_divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    """D[p, q] = sum_y p(y) (log p(y) - log q(y)), p and q as logits. (b, c), (b, c) -> (b,).

    >>> p = torch.tensor([[0.5, 0.5]])
    >>> q = torch.tensor([[0.25, 0.75]])
    >>> kl_divergence(p.log(), q.log())  # log 2 / 2 + log (2 / 3) / 2
    tensor([0.1438])
    """
    expect_shapes(p_logits=(p_logits, "b c"), q_logits=(q_logits, "b c"))
    expect_floating(p_logits=p_logits, q_logits=q_logits)
    log_p, log_q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)


def entropy(logits: Tensor) -> Tensor:
    """H = -sum_y p(y) log p(y). (b, c) -> (b,)."""
    expect_shapes(logits=(logits, "b c"))
    log_p = logits.log_softmax(dim=1)
    return -(log_p.exp() * log_p).sum(dim=1)


def unit_vectors(vectors: Tensor) -> Tensor:
    """Each item of the batch divided by its Euclidean norm; 0 stays 0. (b, ...) -> (b, ...)."""
    flat = vectors.flatten(1)
    tiny = torch.finfo(vectors.dtype).tiny
    flat = flat / flat.abs().amax(dim=1, keepdim=True).clamp_min(tiny)  # else squares may underflow
    norms = flat.square().sum(dim=1, keepdim=True).sqrt()
    return (flat / norms.clamp_min(tiny)).reshape_as(vectors)


def most_sensitive_direction(
    classify: Callable[[Tensor], Tensor],
    inputs: Tensor,
    logits: Tensor,
    *,
    generator: torch.Generator,
    xi: float = 1e-3,
    iterations: int = 1,
) -> Tensor:
    """Power iteration to the leading eigenvector of the Hessian of D[p(x), p(x + r)] in r at r = 0.

    inputs (b, ...) and their logits (b, c) -> unit vectors (b, ...), without gradient.
    """
    expect_counts(iterations=iterations)
    expect_positive(xi=xi)
    drawn = torch.randn(inputs.shape, generator=generator, device=generator.device, dtype=torch.float64)
    direction = unit_vectors(drawn.to(inputs))
    for _ in range(iterations):
        with torch.enable_grad():
            r = (xi * direction).requires_grad_()
            divergence = kl_divergence(logits.detach(), classify(inputs.detach() + r)).sum()
            (gradient,) = torch.autograd.grad(divergence, r)
        direction = unit_vectors(gradient)
    return direction


def smoothness(
    classify: Callable[[Tensor], Tensor],
    inputs: Tensor,
    logits: Tensor,
    *,
    epsilon: float,
    generator: torch.Generator,
    xi: float = 1e-3,
    iterations: int = 1,
) -> Tensor:
    """LDS = D[p(x, theta^), p(x + r_vadv, theta)]. inputs (b, ...), logits (b, c) -> (b,).

    Epsilon, the length of r_vadv, counts in units of the input. The gradient flows through p(x + r_vadv)
    only.
    """
    expect_positive(epsilon=epsilon)
    with keep_batch_statistics(classify):
        direction = most_sensitive_direction(
            classify, inputs, logits, generator=generator, xi=xi, iterations=iterations
        )
        return kl_divergence(logits.detach(), classify(inputs + epsilon * direction))


@contextmanager
def keep_batch_statistics(classify: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """Within, batch norm in the module `classify` normalises as ever, but keeps its running statistics."""
    modules = classify.modules() if isinstance(classify, nn.Module) else ()
    norms = [m for m in modules if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    tracking = [m for m in norms if m.track_running_stats]
    for module in tracking:
        module.track_running_stats = False
    try:
        yield
    finally:
        for module in tracking:
            module.track_running_stats = True


def vat_loss(
    classify: Callable[[Tensor], Tensor],
    labelled: Tensor,
    labels: Tensor,
    unlabelled: Tensor,
    *,
    epsilon: float,
    generator: torch.Generator,
    weight: float = 1.0,
    entropy_weight: float = 0.0,
    xi: float = 1e-3,
    iterations: int = 1,
) -> Tensor:
    """loss + alpha R_vadv (+ entropy). labelled (n, ...), labels (n,), unlabelled (u, ...) -> ().

    weight is alpha; entropy_weight = 1 makes it VAT + EntMin.
    """
    expect_partly_labelled(labelled, labels, unlabelled)
    inputs = torch.cat([labelled, unlabelled])
    logits = classify(inputs)
    divergence = smoothness(
        classify, inputs, logits, epsilon=epsilon, generator=generator, xi=xi, iterations=iterations
    )
    loss = classification_loss(logits[: len(labels)], labels) + weight * divergence.mean()
    return loss + entropy_weight * entropy(logits).mean() if entropy_weight else loss
