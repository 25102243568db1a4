"""Prompt tuning: the model reads a concatenation, its weights never change, prompts start as published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference.bert import BERT
from reference.prompt_tuning import (
    PromptTuned,
    prepend,
    prepend_present,
    prompt_from_classes,
    prompt_from_vocabulary,
    random_prompt,
)
from tests.reference.strategies import generators, matrices, sizes
from tests.reference.test_transformer import randomised


class Reader(nn.Module):
    """BERT from embeddings on: the model that prompt tuning freezes."""

    def __init__(self, bert: BERT) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, embeddings: torch.Tensor, present: torch.Tensor | None = None) -> torch.Tensor:
        return self.bert.encode(embeddings, present)


def tuned(n_tokens: int = 2) -> tuple[PromptTuned, BERT]:
    torch.manual_seed(0)
    bert = randomised(BERT(9, max_length=8, width=4, depth=2, n_heads=2, mlp_width=8))
    return PromptTuned(Reader(bert), torch.randn(n_tokens, 4, dtype=torch.float64)), bert


@given(matrices(sizes, 3), matrices(sizes, sizes, 3))
def test_the_prompt_stands_before_every_input(prompt: torch.Tensor, embeddings: torch.Tensor) -> None:
    result = prepend(prompt, embeddings)
    for row, embedded in zip(result.tolist(), embeddings.tolist(), strict=True):
        assert row == prompt.tolist() + embedded


def test_the_output_equals_that_of_the_concatenation() -> None:
    model, bert = tuned()
    tokens = torch.tensor([[4, 5, 6], [7, 8, 0]])
    embeddings = bert.embed_tokens(tokens)
    whole = torch.cat([model.prompt.expand(2, -1, -1), embeddings], dim=1)
    assert_close(model(embeddings), bert.encode(whole))
    present = tokens != 0
    padded = torch.tensor([[True] * 5, [True] * 4 + [False]])
    assert prepend_present(2, present).equal(padded)
    assert_close(model(embeddings, present), bert.encode(whole, padded))


def test_the_model_never_changes_and_the_prompt_does() -> None:
    model, bert = tuned()
    before = {name: value.clone() for name, value in bert.state_dict().items()}
    prompt = model.prompt.detach().clone()
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    target = torch.randn(2, 5, 4, dtype=torch.float64)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = (model(bert.embed_tokens(torch.tensor([[4, 5, 6], [7, 8, 3]]))) - target).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert [name for name, p in model.named_parameters() if p.requires_grad] == ["prompt"]
    assert all(value.equal(before[name]) for name, value in bert.state_dict().items())
    assert not model.prompt.equal(prompt)
    assert losses[-1] < losses[0]


def test_the_starting_prompt_is_a_copy() -> None:
    start = torch.zeros(2, 4)
    model = PromptTuned(nn.Identity(), start)
    model.prompt.data.fill_(1)
    assert start.abs().max() == 0


@given(sizes, sizes, generators())
def test_a_random_prompt_is_uniform_around_0(n_tokens: int, width: int, generator: torch.Generator) -> None:
    prompt = random_prompt(n_tokens, width, generator)
    assert prompt.shape == (n_tokens, width)
    assert -0.5 <= prompt.min() <= prompt.max() < 0.5


@given(st.integers(1, 6), st.integers(6, 12), generators())
def test_a_prompt_from_the_vocabulary_takes_different_common_tokens(
    n_tokens: int, common: int, generator: torch.Generator
) -> None:
    vocabulary = torch.arange(20.0).unsqueeze(1) * torch.ones(1, 3)
    prompt = prompt_from_vocabulary(vocabulary, n_tokens, generator, common=common)
    chosen = prompt[:, 0].tolist()
    assert len(set(chosen)) == n_tokens
    assert max(chosen) < common
    assert prompt.equal(vocabulary[prompt[:, 0].long()])


def test_a_prompt_from_classes_averages_their_tokens() -> None:
    vocabulary = torch.tensor([[0.0, 0.0], [2.0, 4.0], [6.0, 0.0]])
    fallback = torch.full((3, 2), 9.0)
    prompt = prompt_from_classes(vocabulary, [[1, 2], [1]], 3, fallback)
    assert prompt.tolist() == [[4.0, 2.0], [2.0, 4.0], [9.0, 9.0]]
    assert prompt_from_classes(vocabulary, [[0], [1], [2], [1]], 3, fallback).tolist() == vocabulary.tolist()
    assert fallback.min() == 9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: prepend(torch.ones(2, 3), torch.ones(1, 2, 4)), r"pass \(b, n, e\) with e = 3 as in prompt"),
        (
            lambda: prompt_from_vocabulary(torch.ones(3, 2), 4, torch.Generator()),
            "n_tokens is 4: pass at most 3",
        ),
        (
            lambda: prompt_from_classes(torch.ones(3, 2), [[3]], 1, torch.ones(1, 2)),
            "classes holds values from 3",
        ),
        (lambda: PromptTuned(nn.Identity(), torch.ones(2, 3).long()), "prompt has dtype torch.int64"),
    ],
)
def test_wrong_arguments_are_explained(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
