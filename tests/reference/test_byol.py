"""BYOL: 2 - 2 cos, a target out of the gradient's reach, and the collapse that a predictor has to prevent."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference.byol import BYOL, momentum_at, perceptron, regression_loss
from tests.reference.parts import part
from tests.reference.strategies import generators, matrices


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network() -> BYOL:
    torch.manual_seed(0)
    net = BYOL(nn.Sequential(nn.Linear(4, 6), nn.Tanh()), width=6, hidden=8, out=3).double()
    with torch.no_grad():
        for parameter in net.target.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=seeded()))
    return net


@given(matrices(3, 4), matrices(3, 4))
def test_equation_2_is_the_squared_distance_of_unit_vectors(q: torch.Tensor, z: torch.Tensor) -> None:
    distances = []
    for a, b in zip(q.tolist(), z.tolist(), strict=True):
        a, b = ([x / math.hypot(*row) for x in row] for row in (a, b))
        distances.append(math.dist(a, b) ** 2)
    assert float(regression_loss(q, z)) == pytest.approx(math.fsum(distances) / 3, rel=1e-9)


@given(matrices(3, 4), matrices(3, 4), generators())
def test_only_directions_count(q: torch.Tensor, z: torch.Tensor, generator: torch.Generator) -> None:
    scale = torch.rand(3, 1, generator=generator).double() + 0.1
    loss = regression_loss(q, z)
    assert_close(regression_loss(scale * q, z / scale), loss)
    assert_close(regression_loss(-q, z), 4 - loss)
    assert float(regression_loss(q, scale * q)) == pytest.approx(0, abs=1e-12)


@given(matrices(2, 3), matrices(2, 3))
def test_the_gradient_reaches_the_predictions_only(q: torch.Tensor, z: torch.Tensor) -> None:
    q.requires_grad_()
    z.requires_grad_()
    gradients = torch.autograd.grad(regression_loss(q, z), (q, z), allow_unused=True)
    p, t = q.detach(), z.detach() / z.detach().norm(dim=1, keepdim=True)
    length = p.norm(dim=1, keepdim=True)
    unit = p / length
    assert gradients[1] is None
    assert_close(gradients[0], -2 * (t - unit * (unit * t).sum(dim=1, keepdim=True)) / length / 2)


@given(st.integers(0, 100), st.floats(0, 1))
def test_the_momentum_follows_a_cosine_to_one(step: int, base: float) -> None:
    momentum = momentum_at(step, 100, base)
    assert momentum == pytest.approx(1 - (1 - base) * math.cos(math.pi * step / 200) ** 2)
    assert momentum_at(0, 100, base) == pytest.approx(base)
    assert momentum_at(100, 100, base) == momentum_at(1000, 100, base) == 1


@given(matrices(5, 4), matrices(5, 4))
def test_the_loss_is_symmetric_and_each_view_is_a_batch_of_its_own(
    first: torch.Tensor, second: torch.Tensor
) -> None:
    net = network()
    loss = net(first, second)
    q = [net.predictor(net.online(view)) for view in (first, second)]
    z = [net.target(view) for view in (first, second)]
    assert_close(loss, regression_loss(q[0], z[1]) + regression_loss(q[1], z[0]))
    assert_close(net(second, first), loss)
    loss.backward()
    assert all(p.grad is None for p in net.target.parameters())
    assert all(p.grad is not None for p in (*net.online.parameters(), *net.predictor.parameters()))


def test_the_target_starts_as_a_copy_and_follows_by_its_momentum() -> None:
    net = BYOL(nn.Linear(4, 6), width=6, hidden=8, out=3)
    before = {k: v.clone() for k, v in net.target.state_dict().items()}
    assert all(v.equal(net.online.state_dict()[k]) for k, v in before.items())
    with torch.no_grad():
        for parameter in net.online.parameters():
            parameter.add_(1)
    net.update_target(0.75)
    for name, parameter in net.target.named_parameters():
        assert_close(parameter, before[name] + 0.25)


def test_without_a_predictor_a_constant_representation_is_a_perfect_solution() -> None:
    """Every input on one vector: with the predictor left out the loss is 0, with it it need not be."""
    net = network()
    with torch.no_grad():
        for branch in (net.online, net.target):
            last = part(branch, "1.3")
            last.weight.zero_()
            last.bias = nn.Parameter(torch.tensor([1.0, 2.0, -1.0]).double())
    x = torch.randn(5, 4, generator=seeded()).double()
    assert float(net(x, x.flip(0)).detach()) > 0.1
    net.predictor = nn.Sequential()
    assert float(net(x, x.flip(0)).detach()) == pytest.approx(0, abs=1e-12)


def test_the_perceptron_is_linear_norm_relu_linear() -> None:
    layers = perceptron(4, 5, 2).double()
    x = torch.randn(6, 4, generator=seeded()).double()
    first, last = part(layers, "0"), part(layers, "3")
    h = x @ first.weight.T + first.bias
    h = (h - h.mean(dim=0)) / (h.var(dim=0, correction=0) + 1e-5).sqrt()
    assert_close(layers(x), h.clamp_min(0) @ last.weight.T)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: regression_loss(torch.ones(2, 3), torch.ones(2, 4)),
            "projections .* with p = 3 as in predictions",
        ),
        (lambda: network()(torch.ones(2, 4), torch.ones(3, 4)), "pass two views of the same images"),
        (lambda: momentum_at(1, 0, 0.9), "n_steps is 0: pass an integer of at least 1"),
        (lambda: momentum_at(1, 5, 9), "base is 9: pass a number from 0 to 1"),
        (lambda: BYOL(nn.Identity(), width=0), "width is 0: pass an integer of at least 1"),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
