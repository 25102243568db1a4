"""Adapters: small bottlenecks between the frozen layers of a Transformer.

Houlsby, Giurgiu, Jastrzebski, Morrone, de Laroussilhe, Gesmundo, Attariyan, Gelly (2019): Parameter-Efficient
Transfer Learning for NLP. ICML. arXiv:1902.00751

| mathematics | name | shape | |
|---|---|---|---|
| d | width | | size of a token |
| m | bottleneck | | m much smaller than d |
| h | tokens | (..., d) | output of a sublayer, before the residual connection |
| W_down, b | down | (m, d), (m,) | |
| W_up, b | up | (d, m), (d,) | |
| h + up(gelu(down(h))) | adapter(tokens) | (..., d) | figure 2, right |
| 2 m d + d + m | parameter_count | | section 2.1: numbers in one adapter |

Each layer gets two: after the attention with its output map, and after the perceptron (figure 2, left).
Trained are the adapters, the layer norms and whatever head stands on top.

**Departures.** The paper names no nonlinearity, the authors' code uses GELU; so does this file, exact where
theirs is the tanh approximation. As in their code, weights start normal with deviation 1e-3, cut at two
deviations, and biases at 0.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import expect_counts, expect_shapes
from reference._transformer import Encoder


def adapter(tokens: Tensor, down: Tensor, down_bias: Tensor, up: Tensor, up_bias: Tensor) -> Tensor:
    """Figure 2: h + W_up gelu(W_down h + b) + b. (..., d), (m, d), (m,), (d, m), (d,) -> (..., d).

    >>> tokens = torch.tensor([[1.0, 2.0]])
    >>> down, up = torch.ones(1, 2), torch.zeros(2, 1)  # with zeros in W_up and b the adapter changes nothing
    >>> adapter(tokens, down, torch.zeros(1), up, torch.zeros(2))
    tensor([[1., 2.]])
    """
    expect_shapes(
        tokens=(tokens, "... d"),
        down=(down, "m d"),
        down_bias=(down_bias, "m"),
        up=(up, "d m"),
        up_bias=(up_bias, "d"),
    )
    hidden = functional.gelu(functional.linear(tokens, down, down_bias))
    return tokens + functional.linear(hidden, up, up_bias)


def parameter_count(width: int, bottleneck: int) -> int:
    """Section 2.1: 2 m d + d + m.

    >>> parameter_count(width=768, bottleneck=64)
    99136
    """
    expect_counts(width=width, bottleneck=bottleneck)
    return 2 * width * bottleneck + width + bottleneck


class Adapter(nn.Module):
    """(..., width) -> (..., width), close to the identity at the start."""

    def __init__(
        self, width: int, bottleneck: int, *, generator: torch.Generator, deviation: float = 1e-3
    ) -> None:
        super().__init__()
        expect_counts(width=width, bottleneck=bottleneck)
        self.down = nn.Parameter(torch.empty(bottleneck, width))
        self.down_bias = nn.Parameter(torch.zeros(bottleneck))
        self.up = nn.Parameter(torch.empty(width, bottleneck))
        self.up_bias = nn.Parameter(torch.zeros(width))
        for weight in (self.down, self.up):
            nn.init.trunc_normal_(
                weight, std=deviation, a=-2 * deviation, b=2 * deviation, generator=generator
            )

    def forward(self, tokens: Tensor) -> Tensor:
        return adapter(tokens, self.down, self.down_bias, self.up, self.up_bias)


class Adapted(nn.Module):
    """A sublayer followed by an adapter; takes what the sublayer takes."""

    def __init__(self, sublayer: nn.Module, adapter: Adapter) -> None:
        super().__init__()
        self.sublayer, self.adapter = sublayer, adapter

    def forward(self, *inputs: Any) -> Tensor:
        return self.adapter(self.sublayer(*inputs))


def add_adapters(net: nn.Module, bottleneck: int, *, generator: torch.Generator) -> list[Adapter]:
    """Freeze net but for its layer norms, and put two adapters into every layer of every Encoder in it.

    `net` is changed in place. Returns the adapters, from the first layer to the last. `generator` draws their
    weights, on the CPU; they then move to where the layer is.
    """
    encoders = [module for module in net.modules() if isinstance(module, Encoder)]
    if not encoders:
        raise ValueError(f"net, a {type(net).__name__}, holds no Encoder: pass a network that does")
    net.requires_grad_(False)
    for module in net.modules():
        if isinstance(module, nn.LayerNorm):
            module.requires_grad_(True)
    adapters = []
    for encoder in encoders:
        for layer in encoder.layers:
            for name in ("attention", "mlp"):
                sublayer = layer.get_submodule(name)
                like = next(sublayer.parameters())
                added = Adapter(encoder.width, bottleneck, generator=generator).to(like.device, like.dtype)
                setattr(layer, name, Adapted(sublayer, added))
                adapters.append(added)
    return adapters
