"""SimCLR: NT-Xent in a loop, its symmetries, and its value where all embeddings agree."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from reference import simclr
from reference.simclr import ProjectionHead, nt_xent, simclr_loss
from tests.reference.parts import part
from tests.reference.strategies import generators, matrices, sizes

temperatures = st.floats(0.05, 2)


@st.composite
def views(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor]:
    n, d = draw(sizes), draw(st.integers(2, 4))
    return draw(matrices(n, d)), draw(matrices(n, d))


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(simclr).failed == 0


@given(views(), temperatures)
def test_equation_1_pair_by_pair(pair: tuple[torch.Tensor, torch.Tensor], temperature: float) -> None:
    first, second = (x.tolist() for x in pair)
    z, n = first + second, len(first)

    def similarity(i: int, j: int) -> float:
        dot = math.fsum(a * b for a, b in zip(z[i], z[j], strict=True))
        return dot / math.hypot(*z[i]) / math.hypot(*z[j]) / temperature

    losses = []
    for i in range(2 * n):
        others = math.fsum(math.exp(similarity(i, k)) for k in range(2 * n) if k != i)
        losses.append(math.log(others) - similarity(i, (i + n) % (2 * n)))
    expected = math.fsum(losses) / (2 * n)
    assert float(nt_xent(*pair, temperature)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(views(), temperatures, generators())
def test_symmetries(
    pair: tuple[torch.Tensor, torch.Tensor], temperature: float, generator: torch.Generator
) -> None:
    first, second = pair
    loss, order = nt_xent(first, second, temperature), torch.randperm(len(first), generator=generator)
    scale = torch.rand(len(first), 1, generator=generator).double() + 0.1
    rotation = torch.linalg.qr(torch.randn(first.shape[1], first.shape[1], generator=generator).double())[0]
    assert_close(nt_xent(second, first, temperature), loss)
    assert_close(nt_xent(first[order], second[order], temperature), loss)
    assert_close(nt_xent(scale * first, second, temperature), loss)
    assert_close(nt_xent(first @ rotation, second @ rotation, temperature), loss)


@given(st.integers(1, 9), temperatures)
def test_where_all_agree_the_partner_is_one_of_2n_minus_1(n: int, temperature: float) -> None:
    same = torch.tensor([[3.0, -4.0]]).double().expand(n, 2)
    assert float(nt_xent(same, same, temperature)) == pytest.approx(math.log(2 * n - 1), abs=1e-12)


def test_views_that_find_each_other_cost_nothing() -> None:
    corners = torch.eye(4).double()
    assert float(nt_xent(corners, corners, 0.02)) == pytest.approx(0, abs=1e-12)


@given(views())
def test_gradients_by_finite_differences(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    inputs = tuple(x.clone().requires_grad_() for x in pair)
    assert torch.autograd.gradcheck(lambda a, b: nt_xent(a, b, 0.7), inputs)


@given(matrices(3, 4), generators(), temperatures)
def test_the_loss_projects_two_views_of_every_image(
    images: torch.Tensor, generator: torch.Generator, temperature: float
) -> None:
    head, seen = ProjectionHead(4, 5, 2).double(), []
    (w1, b1), (w2, b2) = (
        (layer.weight, layer.bias) for layer in (part(head, "layers.0"), part(head, "layers.2"))
    )

    def augment(x: torch.Tensor) -> torch.Tensor:
        seen.append(x + torch.randn(x.shape, generator=generator).double())
        return seen[-1]

    loss = simclr_loss(torch.sin, head, augment, images, temperature=temperature)
    z = [(view.sin() @ w1.T + b1).clamp_min(0) @ w2.T + b2 for view in seen]
    assert len(seen) == 2
    assert_close(loss, nt_xent(z[0], z[1], temperature))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: nt_xent(torch.ones(2, 3), torch.ones(3, 3), 0.5),
            r"second .*: pass \(n, p\) with n = 2 as in first",
        ),
        (
            lambda: nt_xent(torch.ones(2, 3), torch.ones(2, 3), -0.5),
            "temperature is -0.5: pass a finite number",
        ),
        (
            lambda: nt_xent(torch.ones(2, 3).long(), torch.ones(2, 3), 0.5),
            "first has dtype .*: pass a floating",
        ),
        (lambda: ProjectionHead(4, 0, 2), "hidden is 0: pass an integer of at least 1"),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
