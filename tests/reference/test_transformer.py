"""The shared encoder agrees with PyTorch's own, and with attention written as loops."""

from __future__ import annotations

import math
from typing import TypeVar

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from reference._transformer import (
    Encoder,
    EncoderLayer,
    MultiHeadAttention,
    attention,
    attention_weights,
    causal_mask,
    padding_mask,
)
from tests.reference.strategies import matrices, sizes


def as_torch_layer(layer: EncoderLayer) -> nn.TransformerEncoderLayer:
    """PyTorch's encoder layer with the same parameters."""
    linear, hidden = layer.attention.output, layer.mlp[0]
    assert isinstance(hidden, nn.Linear)
    twin = nn.TransformerEncoderLayer(
        linear.in_features,
        layer.attention.n_heads,
        hidden.out_features,
        dropout=0.0,
        activation="gelu",
        layer_norm_eps=layer.attention_norm.eps,
        batch_first=True,
        norm_first=layer.norm_first,
        dtype=linear.weight.dtype,
    )
    projections = [layer.attention.query, layer.attention.key, layer.attention.value]
    twin.self_attn.in_proj_weight.data = torch.cat([p.weight.data for p in projections])
    twin.self_attn.in_proj_bias.data = torch.cat([p.bias.data for p in projections])
    twin.self_attn.out_proj.load_state_dict(linear.state_dict())
    twin.linear1.load_state_dict(hidden.state_dict())
    twin.linear2.load_state_dict(layer.mlp[2].state_dict())
    twin.norm1.load_state_dict(layer.attention_norm.state_dict())
    twin.norm2.load_state_dict(layer.mlp_norm.state_dict())
    return twin


Network = TypeVar("Network", bound=nn.Module)


def randomised(module: Network, seed: int = 0) -> Network:
    """Every parameter normal, so that none is left out by being 0 or 1."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64) / 3
    return module


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("masked", ["nothing", "future", "padding"])
def test_an_encoder_layer_agrees_with_pytorch(norm_first: bool, masked: str) -> None:
    layer = randomised(EncoderLayer(12, 3, 20, norm_first=norm_first))
    twin = as_torch_layer(layer)
    tokens = torch.randn(2, 5, 12, dtype=torch.float64)
    present = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    ours = {"nothing": None, "future": causal_mask(5), "padding": padding_mask(present)}[masked]
    theirs = {
        "nothing": {},
        "future": {"src_mask": ~causal_mask(5)},
        "padding": {"src_key_padding_mask": ~present},
    }
    assert_close(layer(tokens, ours), twin(tokens, **theirs[masked]))


@given(matrices(2, sizes, 3), matrices(2, sizes, 3), st.data())
def test_attention_agrees_with_pytorch_and_with_a_loop(
    queries: torch.Tensor, keys: torch.Tensor, data: st.DataObject
) -> None:
    values = data.draw(matrices(2, keys.shape[1], 4))
    result = attention(queries, keys, values)
    assert_close(result, functional.scaled_dot_product_attention(queries, keys, values))
    for b, query in enumerate(queries):
        for q, row in enumerate(query.tolist()):
            scores = [math.exp(sum(map(float.__mul__, row, key)) / math.sqrt(3)) for key in keys[b].tolist()]
            average = sum(s * v for s, v in zip(scores, values[b], strict=True)) / sum(scores)
            assert_close(result[b, q], average)


@given(matrices(sizes, 3), matrices(sizes, 3))
def test_weights_are_distributions(queries: torch.Tensor, keys: torch.Tensor) -> None:
    weights = attention_weights(queries, keys)
    assert weights.min() >= 0
    assert_close(weights.sum(dim=1), torch.ones(len(queries), dtype=torch.float64))


def test_attention_has_second_derivatives() -> None:
    parts = [torch.randn(2, 3, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    assert torch.autograd.gradgradcheck(attention, parts)


def test_a_causal_encoder_does_not_see_the_future() -> None:
    encoder = randomised(Encoder(2, 8, 2, 16, norm_first=True))
    tokens = torch.randn(1, 4, 8, dtype=torch.float64)
    changed = tokens.clone()
    changed[:, 3] *= -1  # a layer norm would take a shift back
    before, after = encoder(tokens, causal_mask(4)), encoder(changed, causal_mask(4))
    assert_close(after[:, :3], before[:, :3])
    assert not torch.allclose(after[:, 3], before[:, 3])


def test_without_positions_the_order_of_tokens_does_not_matter() -> None:
    encoder = randomised(Encoder(2, 8, 4, 16, norm_first=False))
    tokens, order = torch.randn(2, 5, 8, dtype=torch.float64), torch.tensor([3, 1, 4, 0, 2])
    assert_close(encoder(tokens[:, order]), encoder(tokens)[:, order])


def test_padded_tokens_are_not_seen() -> None:
    encoder = randomised(Encoder(2, 8, 2, 16, norm_first=True))
    tokens = torch.randn(1, 5, 8, dtype=torch.float64)
    mask = padding_mask(torch.tensor([[True, True, True, False, False]]))
    assert_close(encoder(tokens, mask)[:, :3], encoder(tokens[:, :3]))


@pytest.mark.parametrize("mask", [None, "causal", "padding"])
def test_a_prefix_is_seen_by_all_and_given_for_each_layer(mask: str | None) -> None:
    layer = randomised(MultiHeadAttention(6, 2))
    tokens = torch.randn(2, 3, 6, dtype=torch.float64)
    keys, values = torch.randn(2, 1, 2, 4, 3, dtype=torch.float64)
    masks = {
        "causal": causal_mask(3),
        "padding": padding_mask(torch.tensor([[1, 1, 1], [1, 1, 0]])),
    }
    result = layer(tokens, masks.get(str(mask)), (keys, values))
    full = torch.ones(2, 1, 3, 7, dtype=torch.bool)
    full[..., 4:] = masks[mask] if mask else torch.tensor(True)
    q, k, v = (
        project(tokens).reshape(2, 3, 2, 3).permute(0, 2, 1, 3)
        for project in (layer.query, layer.key, layer.value)
    )
    k, v = torch.cat([keys.expand(2, -1, -1, -1), k], 2), torch.cat([values.expand(2, -1, -1, -1), v], 2)
    heads = functional.scaled_dot_product_attention(q, k, v, attn_mask=full)
    assert_close(result, layer.output(heads.permute(0, 2, 1, 3).reshape(2, 3, 6)))


def test_wrong_sizes_are_explained() -> None:
    with pytest.raises(ValueError, match="width is 10 and n_heads is 3"):
        MultiHeadAttention(10, 3)
    encoder = Encoder(2, 4, 2, 8, norm_first=True)
    with pytest.raises(ValueError, match=r"tokens has shape \(1, 3, 5\): pass \(b, t, 4\)"):
        encoder(torch.rand(1, 3, 5))
    with pytest.raises(ValueError, match="there are 1 prefixes: pass 2"):
        encoder(torch.rand(1, 3, 4), prefixes=[(torch.rand(1, 2, 1, 2), torch.rand(1, 2, 1, 2))])
