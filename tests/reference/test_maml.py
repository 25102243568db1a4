"""MAML: closed forms on quadratics, finite differences through inner steps, a linear model by hand."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from reference import maml
from reference.maml import (
    LearnedRates,
    adapt,
    classes_by_appearance,
    classify,
    episode_loss,
    inner_step,
    meta_step,
    train,
)
from reference.prototypical import Conv4
from tests.reference.parts import gradient
from tests.reference.strategies import matrices
from tests.reference.test_prototypical import blobs, episode

numbers = st.floats(-3, 3)
positive = st.floats(0.1, 2)


def number(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(maml).failed == 0


# ---------------------------------------------------------------------------------------------- quadratics


@given(numbers, numbers, numbers, positive, positive, st.floats(0.01, 0.9), st.integers(0, 4))
def test_the_meta_gradient_on_quadratics(
    start: float, s: float, q: float, a: float, b: float, alpha: float, n_steps: int
) -> None:
    """Support a/2 (theta - s)^2, query b/2 (theta' - q)^2: the gradient is (1 - alpha a)^n b (theta' - q)."""
    theta, rate = number(start), number(alpha)
    adapted = adapt(lambda p: a / 2 * (p["theta"] - s) ** 2, {"theta": theta}, {"theta": rate}, n_steps)[
        "theta"
    ]
    expected = s + (1 - alpha * a) ** n_steps * (start - s)
    assert adapted.item() == pytest.approx(expected)
    (b / 2 * (adapted - q) ** 2).backward()
    assert gradient(theta).item() == pytest.approx((1 - alpha * a) ** n_steps * b * (expected - q), abs=1e-12)
    if n_steps:
        slope = -n_steps * a * (1 - alpha * a) ** (n_steps - 1) * (start - s)
        assert gradient(rate).item() == pytest.approx(slope * b * (expected - q), abs=1e-12)


@given(numbers, numbers, numbers, positive, positive, st.floats(0.01, 0.9), st.integers(1, 4))
def test_first_order_drops_the_factor(
    start: float, s: float, q: float, a: float, b: float, alpha: float, n_steps: int
) -> None:
    theta, rate = number(start), number(alpha)
    adapted = adapt(
        lambda p: a / 2 * (p["theta"] - s) ** 2, {"theta": theta}, {"theta": rate}, n_steps, first_order=True
    )["theta"]
    (b / 2 * (adapted - q) ** 2).backward()
    assert gradient(theta).item() == pytest.approx(b * (adapted.item() - q), abs=1e-12)
    inner_gradients = sum(a * (1 - alpha * a) ** i * (start - s) for i in range(n_steps))
    assert gradient(rate).item() == pytest.approx(-inner_gradients * b * (adapted.item() - q), abs=1e-12)


@given(matrices(3, 3), matrices(3), matrices(3))
def test_several_parameters_follow_the_hessian(
    root: torch.Tensor, start: torch.Tensor, target: torch.Tensor
) -> None:
    """Support (theta - t)^T H (theta - t) / 2: one step has the Jacobian I - alpha H."""
    hessian = root @ root.T

    def support_loss(parameters: dict[str, torch.Tensor]) -> torch.Tensor:
        difference = torch.cat([parameters["a"], parameters["b"]]) - target
        return difference @ hessian @ difference / 2

    def step(theta: torch.Tensor) -> torch.Tensor:
        adapted = adapt(support_loss, {"a": theta[:1], "b": theta[1:]}, 0.1)
        return torch.cat([adapted["a"], adapted["b"]])

    jacobian = torch.autograd.functional.jacobian(step, start)
    assert_close(jacobian, torch.eye(3, dtype=torch.float64) - 0.1 * hessian)


def test_frozen_and_unused_parameters_stay() -> None:
    parameters = {"used": number(1.0), "unused": number(2.0), "frozen": torch.tensor(3.0)}
    adapted = adapt(lambda p: p["used"] * p["frozen"], parameters, 0.5)
    assert {name: value.item() for name, value in adapted.items()} == {
        "used": -0.5,
        "unused": 2.0,
        "frozen": 3.0,
    }
    assert inner_step({"w": number(1.0)}, {}, 0.5)["w"].item() == 1.0
    with pytest.raises(ValueError, match="no parameter requires a gradient"):
        adapt(lambda p: p["frozen"], {"frozen": torch.tensor(3.0)}, 0.5)


def test_rates_of_every_kind_agree() -> None:
    parameters = {"w": torch.ones(2, requires_grad=True)}
    results = [
        adapt(lambda p: p["w"].square().sum(), parameters, rates, 2)["w"]
        for rates in (0.25, torch.tensor(0.25), {"w": torch.tensor(0.25)}, {"w": torch.full((2,), 0.25)})
    ]
    for result in results:
        assert_close(result, torch.full((2,), 0.25))


# ------------------------------------------------------------------------------------------------ networks


def perceptron(n_outputs: int = 3, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, n_outputs)).double()


@pytest.mark.parametrize("n_inner", [1, 3])
def test_the_meta_gradient_of_a_network_agrees_with_finite_differences(n_inner: int) -> None:
    net = perceptron()
    task = episode()
    shapes = {name: value.shape for name, value in net.named_parameters()}

    def meta_loss(rate: torch.Tensor, *values: Any) -> torch.Tensor:
        for name, value in zip(shapes, values, strict=True):
            owner, _, attribute = name.rpartition(".")
            module = net.get_submodule(owner)
            module._parameters[attribute] = value
        return episode_loss(net, *task, rates=rate, n_inner=n_inner)[0]

    values = [value.detach().clone().requires_grad_() for value in net.parameters()]
    assert torch.autograd.gradcheck(meta_loss, (number(0.3), *values))


def test_a_linear_model_agrees_with_gradients_by_hand() -> None:
    torch.manual_seed(0)
    net = nn.Linear(4, 3).double()
    support_x, support_y, query_x, query_y = episode()
    classes = support_y[:3].tolist()
    weight, bias = net.weight.detach().clone(), net.bias.detach().clone()
    target = torch.tensor([classes.index(y) for y in support_y.tolist()])
    for _ in range(3):
        error = (support_x @ weight.T + bias).softmax(dim=1) - functional.one_hot(target, 3)
        weight, bias = weight - 0.4 * error.T @ support_x / 6, bias - 0.4 * error.mean(dim=0)
    logits = query_x @ weight.T + bias
    wanted = torch.tensor([classes.index(y) for y in query_y.tolist()])
    loss, accuracy = episode_loss(net, support_x, support_y, query_x, query_y, rates=0.4, n_inner=3)
    assert_close(loss, -logits.log_softmax(dim=1)[range(6), wanted].mean())
    assert_close(accuracy, (logits.argmax(dim=1) == wanted).double().mean())
    predicted = classify(net, support_x, support_y, query_x, rates=0.4, n_inner=3)
    assert predicted.tolist() == [classes[k] for k in logits.argmax(dim=1).tolist()]


def test_first_order_gives_the_gradient_at_the_adapted_parameters() -> None:
    net, adapted_net = perceptron(), perceptron()
    support_x, support_y, query_x, query_y = episode()
    optimizer = torch.optim.SGD(adapted_net.parameters(), lr=0.3)
    target = torch.tensor([0, 1, 2, 0, 1, 2])
    for _ in range(2):
        optimizer.zero_grad()
        functional.cross_entropy(adapted_net(support_x), target).backward()
        optimizer.step()
    optimizer.zero_grad()
    functional.cross_entropy(adapted_net(query_x), target).backward()
    loss, _ = episode_loss(
        net, support_x, support_y, query_x, query_y, rates=0.3, n_inner=2, first_order=True
    )
    loss.backward()
    for ours, theirs in zip(net.parameters(), adapted_net.parameters(), strict=True):
        assert_close(ours.grad, theirs.grad)


def test_the_network_keeps_its_parameters_and_its_mode() -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)).double().eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    episode_loss(net, *episode(), rates=0.5, n_inner=2)
    classify(net, *episode()[:3], rates=0.5, n_inner=2)
    assert not net.training
    for name, value in net.state_dict().items():
        assert value.equal(before[name])


def test_names_of_classes_do_not_matter_but_their_order_of_appearance_does() -> None:
    net = perceptron()
    support_x, support_y, query_x, query_y = episode()
    loss, _ = episode_loss(net, support_x, support_y, query_x, query_y, rates=0.3)
    renamed, _ = episode_loss(net, support_x, -support_y, query_x, -query_y, rates=0.3)
    assert_close(renamed, loss)
    assert classes_by_appearance(torch.tensor([7, -1, 7, 40, -1])).tolist() == [7, -1, 40]


def test_convolutions_and_batch_norm_pass_second_derivatives() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(Conv4(width=4), nn.Linear(4, 2))
    images, labels = torch.rand(4, 1, 16, 16), torch.tensor([0, 1, 0, 1])
    gradients = []
    for first_order in (False, True):
        net.zero_grad()
        episode_loss(net, images, labels, images, labels, rates=0.4, first_order=first_order)[0].backward()
        gradients.append(torch.cat([gradient(p).flatten() for p in net.parameters()]))
    assert all(gradient.isfinite().all() for gradient in gradients)
    second, first = gradients
    assert not torch.allclose(second, first)


def test_wrong_arguments_are_explained() -> None:
    with pytest.raises(ValueError, match=r"net made logits of shape \(6, 2\) for 3 classes"):
        episode_loss(perceptron(2), *episode(), rates=0.1)
    support_x, support_y, query_x, query_y = episode()
    with pytest.raises(ValueError, match="query label 0 is not among the labels"):
        episode_loss(perceptron(), support_x, support_y, query_x, 0 * query_y, rates=0.1)


# ------------------------------------------------------------------------------------------------ training


@pytest.mark.parametrize("per_element", [True, False])
def test_learned_rates_have_one_number_for_each_parameter_or_tensor(per_element: bool) -> None:
    net = perceptron()
    rates = LearnedRates(net, 0.2, per_element=per_element)
    for name, value in net.named_parameters():
        assert rates()[name].shape == (value.shape if per_element else ())
    loss, _ = episode_loss(net, *episode(), rates=rates())
    loss.backward()
    assert all(rate.grad is not None and rate.grad.abs().max() > 0 for rate in rates.parameters())
    assert_close(loss, episode_loss(net, *episode(), rates=0.2)[0])


def test_a_meta_step_follows_the_mean_over_tasks() -> None:
    net = perceptron()
    tasks = [episode(seed=1), episode(seed=2)]
    expected = torch.stack([episode_loss(net, *task, rates=0.3)[0] for task in tasks]).mean()
    gradients = torch.autograd.grad(expected, list(net.parameters()))
    before = [p.detach().clone() for p in net.parameters()]
    loss = meta_step(net, torch.optim.SGD(net.parameters(), lr=0.1), tasks, rates=0.3)
    assert_close(loss, expected.detach())
    for p, old, slope in zip(net.parameters(), before, gradients, strict=True):
        assert_close(p.detach(), old - 0.1 * slope)


@pytest.mark.parametrize("learned", [True, False])
def test_training_lowers_the_loss_and_touches_nothing_else(learned: bool) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(256, 8), nn.ReLU(), nn.Linear(8, 3))
    rates = LearnedRates(net, 0.1) if learned else 0.1
    images, labels = blobs()
    state = torch.get_rng_state()
    losses = train(
        net, images, labels, n_way=3, k_shot=1, n_query=2, n_tasks=2, n_steps=60, lr=0.01, rates=rates,
        n_inner=2, device="cpu", generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    assert len(losses) == 60
    assert sum(losses[-10:]) < 0.6 * sum(losses[:10])
    assert torch.equal(torch.get_rng_state(), state)
    assert isinstance(rates, float) or rates.rates[0].min() < 0.1
