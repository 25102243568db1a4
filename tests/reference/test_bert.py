"""BERT: pairs, packing and masking counted, losses in loops, the encoder against PyTorch's."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference import bert
from reference._transformer import EncoderLayer
from reference.bert import (
    BERT,
    PretrainingHeads,
    Special,
    corrupt,
    masked_token_loss,
    next_sentence_loss,
    pack,
    pretraining_loss,
    sample_pairs,
    select_tokens,
)
from tests.reference.parts import gradient
from tests.reference.strategies import generators, seeds
from tests.reference.test_transformer import as_torch_layer, randomised

DOCUMENTS = [[[10], [11], [12]], [[20], [21]], [[30]]]


def small(seed: int = 0) -> BERT:
    return randomised(BERT(12, max_length=9, width=8, depth=2, n_heads=2, mlp_width=16), seed)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(bert).failed == 0


# --------------------------------------------------------------------------------------------------- data


@given(generators())
def test_pairs_are_neighbours_or_come_from_different_documents(generator: torch.Generator) -> None:
    for (a,), (b,), is_next in sample_pairs(DOCUMENTS, 20, generator):
        if is_next:
            assert b == a + 1
        else:
            assert a // 10 != b // 10
        assert a in (10, 11, 20)


def test_half_of_the_pairs_follow() -> None:
    pairs = sample_pairs(DOCUMENTS, 2000, torch.Generator().manual_seed(0))
    assert abs(sum(is_next for *_, is_next in pairs) - 1000) < 110  # five deviations
    others = [b for _, (b,), is_next in pairs if not is_next]
    assert set(others) == {10, 11, 12, 20, 21, 30}


@pytest.mark.parametrize("documents", [[[[1], [2]]], [[[1]], [[2]]], [[[1], [2]], []]])
def test_documents_without_pairs_are_refused(documents: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"there are \d documents of"):
        sample_pairs(documents, 1, torch.Generator())


sentences = st.lists(st.integers(4, 11), min_size=1, max_size=6)


@given(st.lists(st.tuples(sentences, sentences, st.booleans()), min_size=1, max_size=4), st.integers(5, 16))
def test_packing_keeps_beginnings_and_says_where_things_are(pairs: list[Any], length: int) -> None:
    batch = pack(pairs, length)
    for row, (first, second, is_next) in enumerate(pairs):
        n = int(batch.present[row].sum())
        tokens = batch.tokens[row].tolist()
        assert tokens[0] == 1
        assert tokens[n:] == [0] * (length - n)
        middle = tokens.index(2)
        a, b = tokens[1:middle], tokens[middle + 1 : n - 1]
        assert tokens[n - 1] == 2
        assert (a, b) == (first[: len(a)], second[: len(b)])
        assert a
        assert b
        assert n == min(length, len(first) + len(second) + 3)
        assert batch.segments[row].tolist() == [0] * (middle + 1) + [1] * (n - middle - 1) + [0] * (
            length - n
        )
        assert batch.is_next[row].item() == is_next


@given(st.integers(1, 4), st.integers(1, 30), seeds)
def test_fifteen_percent_of_the_candidates_are_selected(n_rows: int, n_columns: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    candidates = torch.rand(n_rows, n_columns, generator=generator) < 0.7
    selected = select_tokens(candidates, generator)
    assert not (selected & ~candidates).any()
    for n_candidates, n_selected in zip(
        candidates.sum(dim=1).tolist(), selected.sum(dim=1).tolist(), strict=True
    ):
        assert n_selected == min(n_candidates, max(1, round(0.15 * n_candidates)))


def test_every_candidate_is_as_likely_as_the_others() -> None:
    selected = select_tokens(torch.ones(4000, 10).bool(), torch.Generator().manual_seed(0), share=0.2)
    counts = selected.sum(dim=0).double()
    assert ((counts - 800) ** 2 / (800 * 0.8)).sum() < 48  # nine degrees of freedom: once in a million


def test_selected_tokens_are_masked_exchanged_or_kept() -> None:
    generator = torch.Generator().manual_seed(0)
    tokens = torch.full((100, 100), 7)
    selected = torch.arange(100) < 50
    result = corrupt(tokens, selected.expand(100, 100), n_words=1000, mask_token=3, generator=generator)
    assert (result[:, 50:] == 7).all()
    counts = [(result[:, :50] == value).sum().item() for value in (3, 7)]
    for count, share in zip([*counts, 5000 - sum(counts)], (0.8, 0.1, 0.1), strict=True):
        assert abs(count - 5000 * share) < 6 * math.sqrt(5000 * share * (1 - share))
    others = result[:, :50][(result[:, :50] != 3) & (result[:, :50] != 7)]
    assert others.max() > 900
    assert others.min() < 100
    assert (tokens == 7).all()


# ------------------------------------------------------------------------------------------------- losses


@given(seeds)
def test_losses_in_a_loop(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, 3, 5, generator=generator, dtype=torch.float64)
    tokens = torch.randint(5, (2, 3), generator=generator)
    selected = torch.tensor([[True, False, True], [False, True, False]])
    costs = [
        math.log(sum(map(math.exp, logits[i, j].tolist()))) - logits[i, j, tokens[i, j]].item()
        for i, j in ((0, 0), (0, 2), (1, 1))
    ]
    assert masked_token_loss(logits, tokens, selected).item() == pytest.approx(sum(costs) / 3)
    order, is_next = logits[:, 0, :2], torch.tensor([True, False])
    signs = [order[0, 1] - order[0, 0], order[1, 0] - order[1, 1]]
    expected = sum(math.log1p(math.exp(s.item())) for s in signs) / 2
    assert next_sentence_loss(order, is_next).item() == pytest.approx(expected)


def test_tokens_that_are_not_selected_do_not_matter() -> None:
    logits = torch.randn(1, 4, 5, requires_grad=True)
    selected = torch.tensor([[False, True, False, False]])
    masked_token_loss(logits, torch.zeros(1, 4).long(), selected).backward()
    assert gradient(logits)[0, [0, 2, 3]].abs().max() == 0
    with pytest.raises(ValueError, match="no token is selected"):
        masked_token_loss(logits, torch.zeros(1, 4).long(), selected & False)


# -------------------------------------------------------------------------------------------------- model


def test_the_encoder_agrees_with_one_made_of_pytorch_layers() -> None:
    net = small()
    tokens = torch.randint(12, (3, 9))
    present = torch.arange(9) < torch.tensor([[9], [5], [7]])
    segments = (torch.arange(9) > 4).long().expand(3, 9)
    hidden = net.tokens.weight[tokens] + net.positions.weight + net.segments.weight[segments]
    hidden = nn.functional.layer_norm(hidden, (8,), net.norm.weight, net.norm.bias, 1e-12)
    for layer in net.encoder.layers:
        assert isinstance(layer, EncoderLayer)
        hidden = as_torch_layer(layer)(hidden, src_key_padding_mask=~present)
    assert_close(net(tokens, present, segments), hidden)
    assert {norm.eps for norm in net.modules() if isinstance(norm, nn.LayerNorm)} == {1e-12}  # as published
    pooled = torch.tanh(hidden[:, 0] @ net.pooler.weight.T + net.pooler.bias)
    assert_close(net.pooled(net(tokens, present, segments)), pooled)


def test_padding_changes_nothing() -> None:
    net = small()
    tokens = torch.randint(1, 12, (1, 5))
    padded = torch.cat([tokens, torch.zeros(1, 3).long()], dim=1)
    assert_close(net(padded, torch.arange(8).unsqueeze(0) < 5)[:, :5], net(tokens))
    assert_close(net(tokens), net(tokens, segments=torch.zeros(1, 5).long()))


def test_tokens_see_both_sides() -> None:
    net, tokens = small(), torch.tensor([[1, 5, 6, 7, 2]])
    changed = torch.tensor([[1, 5, 6, 8, 2]])
    assert (net(tokens)[0, [1, 4]] != net(changed)[0, [1, 4]]).all()


def test_the_heads_by_hand() -> None:
    heads = PretrainingHeads(small())
    randomised(heads)
    tokens = torch.randint(12, (2, 6))
    present, segments = torch.ones(2, 6).bool(), torch.zeros(2, 6).long()
    token_logits, order_logits = heads(tokens, present, segments)
    hidden = heads.bert(tokens, present, segments)
    transformed = heads.transform[2](nn.functional.gelu(heads.transform[0](hidden)))
    assert_close(token_logits, transformed @ heads.bert.tokens.weight.T + heads.bias)
    assert_close(order_logits, heads.order(heads.bert.pooled(hidden)))
    assert sum(p.numel() for p in heads.parameters()) == sum(p.numel() for p in heads.bert.parameters()) + (
        8 * 8 + 8 + 16 + 12 + 16 + 2
    )


def test_pretraining_learns_a_language_of_counting() -> None:
    torch.manual_seed(0)
    documents = [[[4 + (i + s) % 8, 4 + (i + s + 1) % 8] for s in range(4)] for i in range(8)]
    net = PretrainingHeads(BERT(12, max_length=8, width=32, depth=1, n_heads=4, mlp_width=64))
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    generator = torch.Generator().manual_seed(0)
    losses = []
    for _ in range(120):
        batch = pack(sample_pairs(documents, 32, generator), 8)
        optimizer.zero_grad()
        loss = pretraining_loss(net, batch, generator=generator)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(math.log(12) + math.log(2), rel=0.1)
    assert sum(losses[-10:]) / 10 < 0.75 * losses[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: small()(torch.full((1, 3), 12)), "tokens holds values from 12 to 12: pass 0 to 11"),
        (lambda: small()(torch.zeros(1, 10).long()), "there are 10 tokens: pass at most 9"),
        (lambda: pack([([4], [5], True)], 4), "length is 4: pass an integer of at least 5"),
        (
            lambda: corrupt(
                torch.zeros(1, 1).long(),
                torch.ones(1, 1).bool(),
                n_words=3,
                mask_token=3,
                generator=torch.Generator(),
            ),
            "mask_token holds values",
        ),
    ],
)
def test_wrong_arguments_are_explained(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
    assert Special().mask == 3
