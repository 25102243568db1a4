"""Small networks whose behaviour a check can compute, and that notice how they are trained."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class LinearNet(nn.Module):
    """Embeds images (n, 1, h, w) linearly: gain * flat(x) W, where the gain is 1 in evaluation and 2 in training.

    The gain makes the mode visible in the loss; without batch statistics, joint and separate encoding agree.
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.clone())

    def forward(self, x: Tensor) -> Tensor:
        gain = 2.0 if self.training else 1.0
        return gain * (x.flatten(1) @ self.weight)

    def report(self) -> dict[str, Any]:
        return _report(self)


class TallyNet(nn.Module):
    """A linear layer and a batch normalisation that count how they are used.

    report()["stale"] counts the steps whose first backward pass met a non-zero gradient of the step before: all uses of
    a parameter in one pass reach its accumulator together, so what stands there when the pass begins is old.
    """

    def __init__(self, inputs: int, features: int, seed: int) -> None:
        super().__init__()
        source = torch.Generator().manual_seed(seed)
        self.linear = nn.utils.skip_init(nn.Linear, inputs, features)  # asks no global generator
        with torch.no_grad():
            self.linear.weight.copy_(torch.randn(features, inputs, generator=source) / inputs**0.5)
            self.linear.bias.zero_()
        self.norm = nn.BatchNorm1d(features)
        self.passes: list[bool] = []
        self.stale = 0
        self._weights_seen: Tensor | None = None
        self._leftover = False
        self.linear.weight.register_post_accumulate_grad_hook(self._count)
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        self.passes.append(self.training)
        out: Tensor = self.norm(self.linear(x.flatten(1)))
        if out.requires_grad:
            out.register_hook(self._look_for_stale_gradients)
        return out

    def _look_for_stale_gradients(self, gradient: Tensor) -> None:
        weights = self.linear.weight.detach()
        same_step = self._weights_seen is not None and torch.equal(weights, self._weights_seen)
        if same_step:
            return  # several backward passes before one step add up, and may
        self._weights_seen = weights.clone()
        kept = [p.grad for p in self.parameters() if p.grad is not None]
        self._leftover = any(bool(grad.abs().max() > 0) for grad in kept)

    def _count(self, _: Tensor) -> None:
        """After a pass has added to .grad; torch.autograd.grad adds to nothing, and does not come here."""
        self.stale += self._leftover
        self._leftover = False

    def report(self) -> dict[str, Any]:
        return {**_report(self), "passes": list(self.passes), "stale": self.stale}


def linear_net(weight: Tensor, training: bool = False) -> LinearNet:
    """`LinearNet` with the given weight (h*w, d)."""
    return LinearNet(weight).train(training)


def tally_net(inputs: int, features: int, seed: int) -> TallyNet:
    """`TallyNet` for images of `inputs` pixels, in evaluation mode."""
    return TallyNet(inputs, features, seed)


def _report(net: nn.Module) -> dict[str, Any]:
    return {
        "training": net.training,
        "parameters": {name: value.detach().clone() for name, value in net.named_parameters()},
        "buffers": {name: value.detach().clone() for name, value in net.named_buffers()},
    }
