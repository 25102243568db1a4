"""LoRA: starts at the base model, merges to the same outputs, trains only its two small matrices."""

from __future__ import annotations

import doctest

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference import lora
from reference._transformer import Encoder
from reference.lora import LoRALinear, add_lora, delta_weight, merge_lora
from reference.transfer import trainable_share
from tests.reference.parts import part
from tests.reference.strategies import generators, matrices, sizes
from tests.reference.test_transformer import randomised


def adapted(rank: int = 2, alpha: float = 4.0, bias: bool = True, seed: int = 0) -> LoRALinear:
    """A linear map whose update is not 0."""
    torch.manual_seed(seed)
    layer = LoRALinear(
        nn.Linear(5, 3, bias=bias).double(), rank, alpha, generator=torch.Generator().manual_seed(seed)
    )
    layer.up.data.normal_()
    return layer


def query_and_value(name: str) -> bool:
    return name.rpartition(".")[2] in {"query", "value"}


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(lora).failed == 0


@given(matrices(2, 4), matrices(3, 2), st.floats(0.1, 8))
def test_the_update_in_a_loop(down: torch.Tensor, up: torch.Tensor, alpha: float) -> None:
    result = delta_weight(down, up, alpha).tolist()
    for i in range(3):
        for j in range(4):
            expected = sum(up[i, r].item() * down[r, j].item() for r in range(2)) * alpha / 2
            assert result[i][j] == pytest.approx(expected)


@given(sizes, generators())
def test_it_starts_at_the_base_model(rank: int, generator: torch.Generator) -> None:
    base = nn.Linear(6, 7)
    x = torch.rand(2, 3, 6)
    expected = base(x)
    assert LoRALinear(base, rank, 16.0, generator=generator)(x).equal(expected)


@pytest.mark.parametrize("bias", [True, False])
def test_merging_changes_no_output(bias: bool) -> None:
    layer = adapted(bias=bias)
    x = torch.randn(4, 2, 5, dtype=torch.float64)
    merged = layer.merged()
    assert_close(merged(x), layer(x))
    assert_close(merged.weight, layer.base.weight + delta_weight(layer.down, layer.up, layer.alpha))
    assert (merged.bias is None) == (not bias)


def test_doubling_the_rank_at_fixed_factors_halves_the_update() -> None:
    small, large = adapted(rank=1), adapted(rank=2)
    large.base.load_state_dict(small.base.state_dict())
    large.down.data = torch.cat([small.down.data, torch.zeros(1, 5)])
    large.up.data = torch.cat([small.up.data, torch.ones(3, 1)], dim=1)
    x = torch.randn(4, 5, dtype=torch.float64)
    base = small.base(x)
    assert_close(2 * (large(x) - base), small(x) - base)


def test_only_the_factors_are_trained() -> None:
    layer = adapted()
    before = layer.base.weight.detach().clone()
    optimizer = torch.optim.SGD([p for p in layer.parameters() if p.requires_grad], lr=0.1)
    layer(torch.randn(4, 5, dtype=torch.float64)).square().sum().backward()
    optimizer.step()
    assert [name for name, p in layer.named_parameters() if p.requires_grad] == ["down", "up"]
    assert layer.base.weight.equal(before)
    assert layer.base.weight.grad is None


def test_the_gradients_of_the_factors_follow_the_chain_rule() -> None:
    layer = adapted(rank=2, alpha=6.0)
    x, g = torch.randn(4, 5, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)
    (layer(x) * g).sum().backward()
    of_weight = g.T @ x
    assert_close(layer.up.grad, 3 * of_weight @ layer.down.detach().T)
    assert_close(layer.down.grad, 3 * layer.up.detach().T @ of_weight)


def test_the_random_factor_comes_from_the_generator() -> None:
    state = torch.get_rng_state()
    first, second = (
        LoRALinear(nn.utils.skip_init(nn.Linear, 9, 9), 3, 1.0, generator=torch.Generator().manual_seed(4))
        for _ in range(2)
    )
    assert first.down.equal(second.down)
    assert torch.equal(torch.get_rng_state(), state)
    assert first.down.abs().max() <= 1 / 3  # Kaiming-uniform with a = sqrt(5): 1 / sqrt(9)


def test_an_encoder_is_adapted_by_name_and_merged_back() -> None:
    encoder = randomised(Encoder(2, 8, 2, 16, norm_first=True))
    names = [name for name, _ in encoder.named_parameters()]
    tokens = torch.randn(2, 3, 8, dtype=torch.float64)
    before = encoder(tokens)
    chosen = add_lora(encoder, query_and_value, rank=2, alpha=4, generator=torch.Generator().manual_seed(0))
    assert chosen == [f"layers.{i}.attention.{part}" for i in range(2) for part in ("query", "value")]
    assert_close(encoder(tokens), before)
    trained = {name.rpartition(".")[2] for name, p in encoder.named_parameters() if p.requires_grad}
    assert trained == {"down", "up"}
    whole = sum(p.numel() for p in Encoder(2, 8, 2, 16, norm_first=True).parameters())
    assert trainable_share(encoder) == pytest.approx(128 / (whole + 128))
    for name in chosen:
        part(encoder, name).up.data.normal_()
    moved = encoder(tokens)
    assert not torch.allclose(moved, before)
    assert_close(merge_lora(encoder)(tokens), moved)
    assert [name for name, _ in encoder.named_parameters()] == names


@pytest.mark.parametrize("rank", [0, 4])
def test_the_rank_is_at_most_the_smaller_side(rank: int) -> None:
    with pytest.raises(ValueError, match=f"rank is {rank}: pass"):
        LoRALinear(nn.Linear(5, 3), rank, 1.0, generator=torch.Generator())


def test_choosing_nothing_is_explained() -> None:
    net = nn.Sequential(nn.Linear(2, 2))
    with pytest.raises(ValueError, match=r"no linear map inside net is chosen: choose among \['0'\]"):
        add_lora(net, lambda name: False, rank=1, alpha=1.0, generator=torch.Generator())
