"""Adapters: near the identity at the start, few numbers, and nothing else of the network is trained."""

from __future__ import annotations

import doctest
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference import adapters
from reference._transformer import Encoder, causal_mask
from reference.adapters import Adapter, adapter, add_adapters, parameter_count
from reference.transfer import trainable_share
from tests.reference.strategies import generators, matrices, sizes
from tests.reference.test_transformer import randomised


def encoder(norm_first: bool = True, depth: int = 2) -> Encoder:
    return randomised(Encoder(depth, 8, 2, 16, norm_first=norm_first))


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(adapters).failed == 0


@given(matrices(2, 3), matrices(2, 3), matrices(2), matrices(3, 2), matrices(3))
def test_an_adapter_in_a_loop(
    tokens: torch.Tensor, down: torch.Tensor, down_bias: torch.Tensor, up: torch.Tensor, up_bias: torch.Tensor
) -> None:
    result = adapter(tokens, down, down_bias, up, up_bias)
    for row, token in zip(result.tolist(), tokens.tolist(), strict=True):
        sums = [
            sum(map(float.__mul__, w, token)) + b
            for w, b in zip(down.tolist(), down_bias.tolist(), strict=True)
        ]
        hidden = [s * (1 + math.erf(s / math.sqrt(2))) / 2 for s in sums]
        expected = [
            h + sum(map(float.__mul__, w, hidden)) + b
            for h, w, b in zip(token, up.tolist(), up_bias.tolist(), strict=True)
        ]
        assert row == pytest.approx(expected)


@given(sizes, st.integers(1, 20), generators())
def test_it_starts_near_the_identity(bottleneck: int, width: int, generator: torch.Generator) -> None:
    module = Adapter(width, bottleneck, generator=generator)
    tokens = torch.ones(2, 3, width)
    # |down h| <= 2e-3 width; gelu shrinks; |up hidden| <= 2e-3 bottleneck times that
    assert (module(tokens) - tokens).abs().max() <= 4e-6 * width * bottleneck + 1e-6


@given(st.integers(1, 40), st.integers(1, 40))
def test_the_number_of_parameters_is_as_published(width: int, bottleneck: int) -> None:
    module = Adapter(width, bottleneck, generator=torch.Generator())
    assert sum(p.numel() for p in module.parameters()) == parameter_count(width, bottleneck)


def test_weights_are_cut_at_two_deviations_and_come_from_the_generator() -> None:
    state = torch.get_rng_state()
    first, second = (Adapter(50, 40, generator=torch.Generator().manual_seed(2)) for _ in range(2))
    assert first.down.equal(second.down)
    assert torch.equal(torch.get_rng_state(), state)
    assert first.up.abs().max() <= 2e-3
    assert first.up.std().item() == pytest.approx(0.88e-3, rel=0.05)  # of a normal cut at two deviations
    assert not first.down.equal(first.up.T)


@pytest.mark.parametrize("norm_first", [True, False])
def test_an_adapter_sits_before_each_residual_connection(norm_first: bool) -> None:
    net, plain = encoder(norm_first), encoder(norm_first)
    inserted = add_adapters(net, 3, generator=torch.Generator().manual_seed(0))
    assert len(inserted) == 4
    for seed, module in enumerate(inserted):
        randomised(module, seed)
    tokens = expected = torch.randn(2, 5, 8, dtype=torch.float64)
    mask = causal_mask(5)
    layers: list[Any] = list(plain.layers)
    for i, layer in enumerate(layers):
        for j, (sublayer, norm) in enumerate(
            ((layer.attention, layer.attention_norm), (layer.mlp, layer.mlp_norm))
        ):
            extra = (mask,) if j == 0 else ()
            if norm_first:
                expected = expected + inserted[2 * i + j](sublayer(norm(expected), *extra))
            else:
                expected = norm(expected + inserted[2 * i + j](sublayer(expected, *extra)))
    assert_close(net(tokens, mask), expected)


def test_prefixes_still_reach_the_attention() -> None:
    net = encoder()
    add_adapters(net, 3, generator=torch.Generator().manual_seed(0))
    tokens = torch.randn(1, 3, 8, dtype=torch.float64)
    prefix = (torch.randn(1, 2, 4, 4).double(), torch.randn(1, 2, 4, 4).double())
    assert not torch.allclose(net(tokens, None, [prefix, prefix]), net(tokens))


def test_adapters_and_norms_are_trained_and_nothing_else() -> None:
    net = nn.ModuleDict({"encoder": encoder(), "head": nn.Linear(8, 2)})
    total = sum(p.numel() for p in net.parameters())
    frozen = {name: p.detach().clone() for name, p in net.named_parameters() if "norm" not in name}
    add_adapters(net, 3, generator=torch.Generator().manual_seed(0))
    trained = [name for name, p in net.named_parameters() if p.requires_grad]
    assert all("adapter" in name or "norm" in name for name in trained)
    n_trained = 4 * parameter_count(8, 3) + 4 * 2 * 8
    assert trainable_share(net) == pytest.approx(n_trained / (total + 4 * parameter_count(8, 3)))
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
    net["encoder"](torch.randn(2, 3, 8, dtype=torch.float64)).square().sum().backward()
    optimizer.step()
    after = dict(net.named_parameters())
    for name, value in frozen.items():
        assert after[
            name.replace("attention.", "attention.sublayer.").replace("mlp.", "mlp.sublayer.")
        ].equal(value)


def test_a_network_without_an_encoder_is_refused() -> None:
    with pytest.raises(ValueError, match="net, a Linear, holds no Encoder"):
        add_adapters(nn.Linear(2, 2), 1, generator=torch.Generator())
    with pytest.raises(ValueError, match=r"up has shape \(2, 3\): pass \(d, m\) with d = 3"):
        adapter(torch.ones(1, 3), torch.ones(2, 3), torch.ones(2), torch.ones(2, 3), torch.ones(3))
