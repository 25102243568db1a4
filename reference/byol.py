"""BYOL: predict the other view's projection by a slowly moving average of oneself; no negatives.

Grill, Strub, Altche, Tallec, Richemond, Buchatskaya, Doersch, Avila Pires, Guo, Gheshlaghi Azar, Piot,
Kavukcuoglu, Munos, Valko (2020): Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning.
NeurIPS 33. arXiv:2006.07733

| mathematics | name | shape | |
|---|---|---|---|
| v, v' | first, second | (n, ...) | two augmented views: augmentations.simclr_view with BYOL_JITTER |
| y = f_theta(v) | online[0], the encoder | (n, d) | what is kept |
| z = g_theta(y) | online[1], the projector | (n, p) | |
| q_theta(z) | predictor | (n, p) | |
| z' = g_xi(f_xi(v')) | target | (n, p) | no gradient |
| L_(theta, xi) = 2 - 2 cos(q_theta(z), z') | regression_loss | () | eq. 2: squared distance of unit vectors |
| L + L~ | BYOL.forward | () | both directions |
| xi <- tau xi + (1 - tau) theta | update_target | | eq. 1, after each optimiser step |
| tau = 1 - (1 - tau_base) (cos(pi k / K) + 1) / 2 | momentum_at | () | section 3.3 |

**Departures.** The target starts as a copy of the online network, not from weights of its own. mean_teacher's
average covers batch-norm statistics also. The optimiser (LARS) and the linear classifier trained alongside
are left to the caller.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import expect_counts, expect_floating, expect_fraction, expect_shapes
from reference.mean_teacher import make_teacher, update_teacher


def regression_loss(predictions: Tensor, projections: Tensor) -> Tensor:
    """Eq. 2: mean of ||q / |q| - z' / |z'|||^2 = 2 - 2 cos(q, z'). (n, p), (n, p) -> (); 0 to 4.

    No gradient reaches the projections.

    >>> regression_loss(torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 2.0]]))  # a right angle, of any lengths
    tensor(2.)
    """
    expect_shapes(predictions=(predictions, "n p"), projections=(projections, "n p"))
    expect_floating(predictions=predictions, projections=projections)
    return (2 - 2 * functional.cosine_similarity(predictions, projections.detach(), dim=1)).mean()


def momentum_at(step: int, n_steps: int, base: float) -> float:
    """tau = 1 - (1 - tau_base) (cos(pi k / K) + 1) / 2: from `base` at step 0 to 1 at step n_steps."""
    expect_counts(n_steps=n_steps)
    expect_fraction(base=base)
    return 1 - (1 - base) * (math.cos(math.pi * min(1.0, step / n_steps)) + 1) / 2


def perceptron(width: int, hidden: int, out: int) -> nn.Sequential:
    """The projector and the predictor: linear, batch norm, ReLU, linear. (n, width) -> (n, out)."""
    expect_counts(width=width, hidden=hidden, out=out)
    return nn.Sequential(
        nn.Linear(width, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, out, bias=False)
    )


class BYOL(nn.Module):
    """An online network with its predictor, and the target network that follows it."""

    def __init__(self, encoder: nn.Module, width: int, hidden: int = 4096, out: int = 256) -> None:
        """encoder: (n, ...) -> (n, width). hidden, out: of the projector and of the predictor."""
        super().__init__()
        self.online = nn.Sequential(encoder, perceptron(width, hidden, out))
        self.predictor = perceptron(out, hidden, out)
        self.target = make_teacher(self.online)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """L + L~ for two views (n, ...) of the same images -> (). Each view is a batch of its own."""
        if first.shape != second.shape:
            raise ValueError(
                f"first has shape {tuple(first.shape)} and second {tuple(second.shape)}: "
                "pass two views of the same images"
            )
        predictions = [self.predictor(self.online(view)) for view in (first, second)]
        with torch.no_grad():
            projections = [self.target(view) for view in (second, first)]
        losses = [regression_loss(q, z) for q, z in zip(predictions, projections, strict=True)]
        return losses[0] + losses[1]

    def update_target(self, momentum: float) -> None:
        """Eq. 1: xi <- tau xi + (1 - tau) theta."""
        update_teacher(self.target, self.online, momentum)
