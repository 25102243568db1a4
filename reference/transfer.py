"""Transfer: a network trained on one task gives features for another, frozen (linear probe) or fine-tuned.

Donahue, Jia, Vinyals, Hoffman, Zhang, Tzeng, Darrell (2013): DeCAF: A Deep Convolutional Activation Feature
for Generic Visual Recognition. ICML 2014. arXiv:1310.1531

| mathematics | name | shape | |
|---|---|---|---|
| phi(x) | features | (n, d) | what the frozen network makes of the inputs |
| y | labels | (n,) | any integers |
| W, b | weight, bias | (c, d), (c,) | the probe: row i belongs to classes[i] |
| lambda | l2 | | strength of the penalty on W; b is free |
| J(W, b) | probe_objective | () | mean cross-entropy + lambda / 2 * sum W^2, convex |

**Departures.** DeCAF trains its linear classifiers in other libraries and picks the penalty by
cross-validation; here Newton's method in float64 goes to the minimum, which is unique for lambda > 0, and
the penalty is an argument. With C = 1 / (lambda n) the objective is that of scikit-learn's
LogisticRegression from three classes on; for two, which it gives a single row, with C = 2 / (lambda n).
Fine-tuning uses Adam, and can give the new head a rate of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import (
    expect_counts,
    expect_floating,
    expect_integers,
    expect_positive,
    expect_shapes,
)
from reference.episodes import class_positions


class Probe(NamedTuple):
    """A linear classifier: weight (c, d), bias (c,), and the label that each row stands for, classes (c,)."""

    weight: Tensor
    bias: Tensor
    classes: Tensor

    def log_probabilities(self, features: Tensor) -> Tensor:
        """(n, d) -> (n, c)."""
        expect_shapes(features=(features, "n d"), weight=(self.weight, "c d"))
        return functional.linear(features, self.weight, self.bias).log_softmax(dim=1)

    def classify(self, features: Tensor) -> Tensor:
        """(n, d) -> labels (n,)."""
        return self.classes[self.log_probabilities(features).argmax(dim=1)]


def probe_objective(weight: Tensor, bias: Tensor, features: Tensor, target: Tensor, l2: float) -> Tensor:
    """J(W, b) = mean_i -log softmax(W phi_i + b)_{y_i} + lambda / 2 sum W^2, target (n,) in 0 ... c - 1."""
    expect_shapes(weight=(weight, "c d"), bias=(bias, "c"), features=(features, "n d"), target=(target, "n"))
    logits = functional.linear(features, weight, bias)
    return functional.cross_entropy(logits, target) + l2 / 2 * weight.square().sum()


def fit_probe(features: Tensor, labels: Tensor, *, l2: float, max_steps: int = 100) -> Probe:
    """The linear probe: the W and b that minimise J. features (n, d), labels (n,), two classes or more.

    b is determined up to a constant, chosen such that it sums to 0. Computed in float64, returned in the
    dtype of the features. Raises RuntimeError when max_steps steps of Newton's method do not reach the
    minimum.

    >>> features = torch.tensor([[-2.0], [-1.0], [1.0], [2.0]])
    >>> probe = fit_probe(features, torch.tensor([3, 3, 8, 8]), l2=0.1)
    >>> probe.classes[torch.nn.functional.linear(features, probe.weight, probe.bias).argmax(dim=1)]
    tensor([3, 3, 8, 8])
    """
    expect_shapes(features=(features, "n d"), labels=(labels, "n"))
    expect_floating(features=features)
    expect_integers(labels=labels)
    expect_positive(l2=l2)
    expect_counts(max_steps=max_steps)
    classes = labels.unique()
    if len(classes) < 2:
        raise ValueError(f"labels has only the class {int(classes[0])}: pass at least two classes")
    inputs, target = features.detach().double(), class_positions(labels, classes)
    centre = inputs.mean(dim=0)  # Newton's steps solve more easily from there; b takes the centre up
    weight, bias = _minimise(inputs - centre, target, len(classes), l2, max_steps)
    bias = bias - weight @ centre
    return Probe(weight.to(features.dtype), (bias - bias.mean()).to(features.dtype), classes)


def _minimise(
    inputs: Tensor, target: Tensor, n_classes: int, l2: float, max_steps: int
) -> tuple[Tensor, Tensor]:
    """Newton's method on J with backtracking; W is right to about 1e-8 when no slope exceeds 1e-8 l2."""
    one_hot = functional.one_hot(target, n_classes).to(inputs.dtype)
    extended = torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1)  # its last weight is the bias
    penalty = torch.full_like(extended[0], l2)
    penalty[-1] = 0
    theta = extended.new_zeros(n_classes, extended.shape[1])
    for _ in range(max_steps):
        p = (extended @ theta.T).softmax(dim=1)
        slope = (p - one_hot).T @ extended / len(extended) + penalty * theta
        if slope.abs().max() <= 1e-8 * min(1.0, l2):
            return theta[:, :-1], theta[:, -1]

        def curvature(v: Tensor, p: Tensor = p) -> Tensor:
            change = extended @ v.T
            change = p * (change - (p * change).sum(dim=1, keepdim=True))
            return change.T @ extended / len(extended) + penalty * v

        step = conjugate_gradient(curvature, -slope)
        before = probe_objective(theta[:, :-1], theta[:, -1], inputs, target, l2)
        for _ in range(40):  # halve the step while it overshoots by more than rounding
            moved = theta + step
            after = probe_objective(moved[:, :-1], moved[:, -1], inputs, target, l2)
            if after <= before + 1e-12 * (1 + before):
                break
            step = step / 2
        theta = moved
    raise RuntimeError(
        f"the slope of the probe is still {float(slope.abs().max()):.1e} after {max_steps} steps: divide the "
        "features by their deviation, or pass a larger l2 or more max_steps"
    )


def conjugate_gradient(
    curvature: Callable[[Tensor], Tensor], target: Tensor, max_steps: int = 1000
) -> Tensor:
    """Solve curvature(x) = target for a symmetric positive semi-definite map, up to 1 % of |target|."""
    solution, residual = torch.zeros_like(target), target
    direction, squares = residual, residual.square().sum()
    enough = 1e-4 * squares
    for _ in range(max_steps):
        if squares <= enough:
            break
        curved = curvature(direction)
        length = squares / (direction * curved).sum()
        solution, residual = solution + length * direction, residual - length * curved
        before, squares = squares, residual.square().sum()
        direction = residual + squares / before * direction
    return solution


@contextmanager
def evaluating(net: nn.Module) -> Iterator[nn.Module]:
    """The network in evaluation mode, without gradients; afterwards every part is in the mode it was in."""
    modes = [(module, module.training) for module in net.modules()]
    try:
        with torch.no_grad():
            yield net.eval()
    finally:
        for module, mode in modes:
            module.training = mode


def extract_features(net: nn.Module, inputs: Tensor, *, batch_size: int = 256) -> Tensor:
    """Features of a frozen network, in evaluation mode, which it leaves again. (n, ...) -> (n, d)."""
    expect_counts(batch_size=batch_size)
    with evaluating(net):
        features = torch.cat([net(batch) for batch in inputs.split(batch_size)])
    expect_shapes(features=(features, f"{len(inputs)} d"))
    return features


def freeze(net: nn.Module, *, but: Iterable[nn.Module] = ()) -> None:
    """No parameter of net is trained any more, except those of the modules in `but`."""
    net.requires_grad_(False)
    for module in but:
        module.requires_grad_(True)


def trainable_share(net: nn.Module) -> float:
    """The fraction of net's numbers that training changes."""
    counts = [(p.numel(), p.requires_grad) for p in net.parameters()]
    return sum(n for n, trained in counts if trained) / sum(n for n, _ in counts)


def fine_tune(
    backbone: nn.Module,
    head: nn.Module,
    inputs: Tensor,
    labels: Tensor,
    *,
    n_steps: int,
    batch_size: int,
    lr: float,
    head_lr: float | None = None,
    device: torch.device | str,
    generator: torch.Generator,
) -> list[float]:
    """Adam on the cross-entropy of head(backbone(x)), for all parameters that require a gradient.

    inputs (n, ...), labels (n,) in 0 ... c - 1, as the head's outputs are. Each step takes batch_size
    different items drawn from `generator` (all of them when there are fewer). Frozen parts stay in
    evaluation mode, so that their batch norms stay too. head_lr: the rate of the head, lr if None. Returns
    the loss of each step; both networks end on `device`.
    """
    expect_counts(0, n_steps=n_steps)
    expect_counts(batch_size=batch_size)
    expect_positive(lr=lr, head_lr=lr if head_lr is None else head_lr)
    expect_shapes(labels=(labels, f"{len(inputs)}"))
    groups = [(backbone, lr), (head, lr if head_lr is None else head_lr)]
    for module, _ in groups:
        _train_what_learns(module.to(device))
    optimizer = torch.optim.Adam(
        [{"params": [p for p in m.parameters() if p.requires_grad], "lr": rate} for m, rate in groups]
    )
    inputs, labels = inputs.to(device), labels.to(device)
    losses = []
    for _ in range(n_steps):
        order = torch.randperm(len(inputs), generator=generator, device=generator.device)
        batch = order[:batch_size].to(device)
        optimizer.zero_grad()
        loss = functional.cross_entropy(head(backbone(inputs[batch])), labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return [loss.item() for loss in losses]


def _train_what_learns(net: nn.Module, inherited: bool = True) -> None:
    """Training mode where a parameter learns; modules without parameters (dropout) follow their parent."""
    parameters = list(net.parameters())
    net.training = any(p.requires_grad for p in parameters) if parameters else inherited
    for child in net.children():
        _train_what_learns(child, net.training)
