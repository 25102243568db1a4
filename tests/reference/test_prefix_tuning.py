"""Prefix tuning: attention with a prefix two ways, the layout of the keys and values, a frozen encoder."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from reference._transformer import Encoder, attention, causal_mask
from reference.prefix_tuning import Prefix, PrefixTuned, keys_and_values
from tests.reference.strategies import matrices, sizes
from tests.reference.test_transformer import randomised


def tuned(hidden: int | None = 6) -> tuple[PrefixTuned, Encoder]:
    encoder = randomised(Encoder(2, 8, 2, 16, norm_first=True))
    prefix = Prefix(3, 2, 8, 2, hidden=hidden, generator=torch.Generator().manual_seed(0)).double()
    return PrefixTuned(encoder, prefix), encoder


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_the_layout_is_layer_then_keys_and_values_then_head(
    n_tokens: int, depth: int, n_heads: int, size: int
) -> None:
    matrix = torch.arange(n_tokens * 2 * depth * n_heads * size).reshape(n_tokens, -1)
    pairs = keys_and_values(matrix, depth, n_heads)
    assert len(pairs) == depth
    for layer, pair in enumerate(pairs):
        for which, part in enumerate(pair):
            assert part.shape == (1, n_heads, n_tokens, size)
            for head in range(n_heads):
                first = ((2 * layer + which) * n_heads + head) * size
                assert part[0, head].equal(matrix[:, first : first + size])


@given(matrices(sizes, 3), matrices(sizes, 3), matrices(sizes, 3), st.data())
def test_attention_to_a_prefix_is_a_mixture_of_two_attentions(
    queries: torch.Tensor, keys: torch.Tensor, prefix_keys: torch.Tensor, data: st.DataObject
) -> None:
    """Prefix and tokens share the attention in proportion to their sums of exp(score)."""
    values = data.draw(matrices(len(keys), 3))
    prefix_values = data.draw(matrices(len(prefix_keys), 3))
    joined = attention(queries, torch.cat([prefix_keys, keys]), torch.cat([prefix_values, values]))
    mass = [(queries @ k.T / 3**0.5).exp().sum(dim=1, keepdim=True) for k in (prefix_keys, keys)]
    share = mass[0] / (mass[0] + mass[1])
    expected = share * attention(queries, prefix_keys, prefix_values) + (1 - share) * attention(
        queries, keys, values
    )
    assert_close(joined, expected)


def test_the_encoder_sees_the_concatenation_in_every_layer() -> None:
    model, encoder = tuned()
    tokens = torch.randn(2, 4, 8, dtype=torch.float64)
    expected = tokens
    layers: list[Any] = list(encoder.layers)
    for layer, (keys, values) in zip(layers, model.prefix(), strict=True):
        normed = layer.attention_norm(expected)
        heads = []
        for head in range(2):
            part = slice(4 * head, 4 * head + 4)
            q, k, v = (
                p(normed)[..., part]
                for p in (layer.attention.query, layer.attention.key, layer.attention.value)
            )
            k = torch.cat([keys[0, head].expand(2, -1, -1), k], dim=1)
            v = torch.cat([values[0, head].expand(2, -1, -1), v], dim=1)
            heads.append((q @ k.transpose(1, 2) / 2).softmax(dim=2) @ v)
        expected = expected + layer.attention.output(torch.cat(heads, dim=2))
        expected = expected + layer.mlp(layer.mlp_norm(expected))
    assert_close(model(tokens), expected)


def test_a_causal_model_sees_its_prefix_but_not_the_future() -> None:
    model, _ = tuned()
    tokens = torch.randn(1, 4, 8, dtype=torch.float64)
    changed = tokens.clone()
    changed[:, 2:] *= -1  # a layer norm would take a shift back
    before, after = model(tokens, causal_mask(4)), model(changed, causal_mask(4))
    assert_close(after[:, :2], before[:, :2])
    model.prefix.source.data += 1
    assert (model(tokens, causal_mask(4)) != before).all()


@pytest.mark.parametrize("hidden", [6, None])
def test_only_the_prefix_is_trained(hidden: int | None) -> None:
    model, encoder = tuned(hidden)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    tokens, target = torch.randn(2, 2, 4, 8, dtype=torch.float64)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = (model(tokens) - target).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert all(value.equal(before[name]) for name, value in encoder.state_dict().items())
    assert all(p.grad is not None for p in model.prefix.parameters())
    assert losses[-1] < losses[0]


def test_the_perceptron_can_go_after_training() -> None:
    model, encoder = tuned()
    tokens = torch.randn(2, 4, 8, dtype=torch.float64)
    plain = PrefixTuned(encoder, model.prefix.without_perceptron())
    assert_close(plain(tokens), model(tokens))
    assert [tuple(p.shape) for p in plain.prefix.parameters()] == [(3, 2 * 2 * 8)]


def test_the_start_comes_from_the_generator() -> None:
    state = torch.get_rng_state()
    first, second = (Prefix(2, 1, 4, 2, generator=torch.Generator().manual_seed(1)) for _ in range(2))
    assert first.matrix().equal(second.matrix())
    assert torch.equal(torch.get_rng_state(), state)


def test_wrong_sizes_are_explained() -> None:
    with pytest.raises(ValueError, match=r"matrix has shape \(3, 10\): pass \(v, 2 \* 2 \* d\), with a d"):
        keys_and_values(torch.ones(3, 10), 2, 1)
