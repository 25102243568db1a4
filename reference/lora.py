"""LoRA: a frozen weight matrix plus a trained update of low rank.

Hu, Shen, Wallis, Allen-Zhu, Li, Wang, Wang, Chen (2021): LoRA: Low-Rank Adaptation of Large Language Models.
ICLR 2022. arXiv:2106.09685

| mathematics | name | shape | |
|---|---|---|---|
| W_0 | base.weight | (k, d) | frozen: d numbers in, k out |
| r | rank | | at most min(d, k) |
| A | down | (r, d) | trained; starts random |
| B | up | (k, r) | trained; starts at 0 |
| alpha | alpha | | the update is scaled by alpha / r |
| Delta W | delta_weight(down, up, alpha) | (k, d) | alpha / r * B A |
| h | forward(x) | (..., k) | eq. 3: W_0 x + Delta W x |

**Departures.** A starts Kaiming-uniform, as in the authors' code; the paper says Gaussian. Which linear
maps are adapted is the caller's choice by name (the paper: query and value of the attention); embeddings,
convolutions and dropout before A are left out.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import expect_counts, expect_positive, expect_shapes


def delta_weight(down: Tensor, up: Tensor, alpha: float) -> Tensor:
    """Section 4.1: Delta W = alpha / r * B A. (r, d), (k, r) -> (k, d).

    >>> delta_weight(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [0.0]]), alpha=2.0).tolist()
    [[6.0, 12.0], [0.0, 0.0]]
    """
    sizes = expect_shapes(down=(down, "r d"), up=(up, "k r"))
    expect_positive(alpha=alpha)
    return alpha / sizes["r"] * (up @ down)


class LoRALinear(nn.Module):
    """A linear map with an update of low rank. (..., d) -> (..., k).

    Takes the linear map over and freezes it. `generator` draws A; it must live on the device of the weight.
    """

    def __init__(self, base: nn.Linear, rank: int, alpha: float, *, generator: torch.Generator) -> None:
        super().__init__()
        expect_counts(rank=rank)
        expect_positive(alpha=alpha)
        if rank > min(base.in_features, base.out_features):
            raise ValueError(
                f"rank is {rank}: pass at most {min(base.in_features, base.out_features)}, the smaller side "
                f"of a weight of {base.out_features} x {base.in_features}"
            )
        self.base = base.requires_grad_(False)
        self.rank, self.alpha = rank, alpha
        self.down = nn.Parameter(base.weight.new_empty(rank, base.in_features))
        self.up = nn.Parameter(base.weight.new_zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=5**0.5, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """Eq. 3, in the order that never builds the (k, d) matrix."""
        update = functional.linear(functional.linear(x, self.down), self.up)
        return self.base(x) + self.alpha / self.rank * update

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """One linear map with the same outputs, W_0 + Delta W: no cost when the network is used."""
        linear = nn.utils.skip_init(
            nn.Linear,
            self.base.in_features,
            self.base.out_features,
            bias=self.base.bias is not None,
            device=self.base.weight.device,
            dtype=self.base.weight.dtype,
        )
        linear.weight.copy_(self.base.weight + delta_weight(self.down, self.up, self.alpha))
        if self.base.bias is not None:
            linear.bias.copy_(self.base.bias)
        return linear


def add_lora(
    net: nn.Module, chosen: Callable[[str], bool], *, rank: int, alpha: float, generator: torch.Generator
) -> list[str]:
    """Freeze net and give every linear map whose name is `chosen` an update of low rank. Returns their names.

    Only A and B are trained afterwards. `net` is changed in place: its names gain `.base`, `.down` and `.up`.
    """
    names = [name for name, module in net.named_modules() if isinstance(module, nn.Linear) and chosen(name)]
    if not names or names == [""]:
        linear = [name for name, module in net.named_modules() if name and isinstance(module, nn.Linear)]
        raise ValueError(f"no linear map inside net is chosen: choose among {linear}")
    net.requires_grad_(False)
    for name in names:
        base = net.get_submodule(name)
        assert isinstance(base, nn.Linear)
        _replace(net, name, LoRALinear(base, rank, alpha, generator=generator))
    return names


def merge_lora(net: nn.Module) -> nn.Module:
    """Put the merged linear map in place of every LoRALinear. Names are those from before add_lora."""
    for name, module in list(net.named_modules()):
        if isinstance(module, LoRALinear):
            _replace(net, name, module.merged())
    return net


def _replace(net: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, child = name.rpartition(".")
    setattr(net.get_submodule(parent), child, module)
