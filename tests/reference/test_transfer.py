"""Transfer: the minimum of the probe by its own condition, fine-tuning by what it must and must not touch."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from reference.transfer import (
    Probe,
    conjugate_gradient,
    evaluating,
    extract_features,
    fine_tune,
    fit_probe,
    freeze,
    probe_objective,
    trainable_share,
)
from tests.reference.parts import gradient, part
from tests.reference.strategies import labelled_embeddings, matrices, sizes

penalties = st.sampled_from([1e-3, 0.1, 3.0])


# ------------------------------------------------------------------------------------------------- probe


@given(labelled_embeddings(min_classes=2), penalties)
def test_the_probe_stands_where_the_slope_is_zero(data: tuple[torch.Tensor, torch.Tensor], l2: float) -> None:
    """J is convex, so a point without slope is its minimum."""
    features, labels = data
    weight, bias, classes = fit_probe(features, labels, l2=l2)
    target = (labels.unsqueeze(1) == classes).double().argmax(dim=1)
    arguments = (weight.requires_grad_(), bias.requires_grad_(), features, target, l2)
    slopes = torch.autograd.grad(probe_objective(*arguments), arguments[:2])
    assert max(slope.abs().max().item() for slope in slopes) < 2e-8 * min(1, l2)
    assert classes.tolist() == sorted(set(labels.tolist()))
    assert bias.sum().item() == pytest.approx(0, abs=1e-9)


@given(matrices(sizes, 3), matrices(4, 3), matrices(4), st.data())
def test_the_objective_in_a_loop(
    features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, data: st.DataObject
) -> None:
    target = torch.tensor([data.draw(st.integers(0, 3)) for _ in features])
    cost = 0.0
    for row, y in zip(features.tolist(), target.tolist(), strict=True):
        logits = [
            sum(map(float.__mul__, w, row)) + b for w, b in zip(weight.tolist(), bias.tolist(), strict=True)
        ]
        cost += math.log(sum(map(math.exp, logits))) - logits[y]
    expected = cost / len(features) + 0.35 * sum(w * w for row in weight.tolist() for w in row)
    assert probe_objective(weight, bias, features, target, 0.7).item() == pytest.approx(expected)


def test_two_points_on_a_line_have_a_closed_form() -> None:
    """Features -1 and 1: W = (-w, w), b = 0, and the slope vanishes where 2 lambda w = 1 - tanh(w)."""
    weight, bias, _ = fit_probe(torch.tensor([[-1.0], [1.0]]).double(), torch.tensor([3, 8]), l2=0.1)
    w = weight[1, 0].item()
    assert_close(weight, torch.tensor([[-w], [w]], dtype=torch.float64))
    assert_close(bias, torch.zeros(2, dtype=torch.float64))
    assert 2 * 0.1 * w == pytest.approx(1 - math.tanh(w))


def test_a_strong_penalty_leaves_the_frequencies() -> None:
    labels = torch.tensor([0, 0, 0, 1])
    probe = fit_probe(torch.randn(4, 2, dtype=torch.float64), labels, l2=1e8)
    assert_close(
        probe.log_probabilities(torch.zeros(1, 2).double()).exp(), torch.tensor([[0.75, 0.25]]).double()
    )


@given(labelled_embeddings(min_classes=2))
def test_shifting_the_features_changes_only_the_bias(data: tuple[torch.Tensor, torch.Tensor]) -> None:
    features, labels = data
    here, there = fit_probe(features, labels, l2=0.1), fit_probe(features + 5, labels, l2=0.1)
    assert_close(there.weight, here.weight, atol=1e-7, rtol=1e-6)
    assert_close(
        there.log_probabilities(features + 5), here.log_probabilities(features), atol=1e-6, rtol=1e-6
    )


def test_a_probe_classifies_separable_data_and_keeps_the_dtype() -> None:
    labels = torch.tensor([-4, 9, 2]).repeat(5)
    features = functional.one_hot(torch.arange(3).repeat(5)).float() + 0.1 * torch.randn(15, 3)
    probe = fit_probe(features, labels, l2=1e-3)
    assert probe.weight.dtype == torch.float32
    assert probe.classify(features).equal(labels)
    assert isinstance(probe, Probe)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"labels": torch.zeros(4).long()}, ValueError, "labels has only the class 0: pass at least two"),
        ({"labels": torch.zeros(3).long()}, ValueError, r"labels has shape \(3,\): pass \(n,\) with n = 4"),
        ({"l2": 0.0}, ValueError, "l2 is 0.0"),
        ({"max_steps": 1}, RuntimeError, "slope of the probe is still .* after 1 steps"),
    ],
)
def test_wrong_arguments_are_explained(change: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments: dict[str, Any] = {
        "features": torch.eye(4),
        "labels": torch.tensor([0, 1, 1, 0]),
        "l2": 0.1,
    } | change
    with pytest.raises(error, match=message):
        fit_probe(**arguments)


@given(matrices(4, 4), matrices(2, 4))
def test_conjugate_gradients_solve_to_one_percent(root: torch.Tensor, target: torch.Tensor) -> None:
    matrix = root @ root.T + torch.eye(4)
    solution = conjugate_gradient(lambda v: v @ matrix, target)
    assert (solution @ matrix - target).norm() <= 0.01 * target.norm() + 1e-12


# ---------------------------------------------------------------------------------------------- features


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 4))


def test_features_come_from_evaluation_mode_and_leave_no_trace() -> None:
    net, inputs = network(), torch.rand(7, 3)
    net[1].eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    features = extract_features(net, inputs, batch_size=3)
    assert [module.training for module in net.modules()] == [True, True, False, True, True]
    assert not features.requires_grad
    assert all(value.equal(before[name]) for name, value in net.state_dict().items())
    assert_close(features, net.eval()(inputs).detach())


def test_modes_come_back_after_an_error() -> None:
    net = network()
    with pytest.raises(ZeroDivisionError), evaluating(net):
        raise ZeroDivisionError
    assert net.training
    assert torch.is_grad_enabled()


def test_freezing_counts() -> None:
    net = network()  # 16 + 8 + 20 numbers
    freeze(net, but=[net[3]])
    assert [p.requires_grad for p in net.parameters()] == [False] * 4 + [True] * 2
    assert trainable_share(net) == 20 / 44


# ------------------------------------------------------------------------------------------- fine-tuning

STEPS: dict[str, Any] = {"n_steps": 30, "batch_size": 6, "lr": 0.05, "device": "cpu"}


def task() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(2).repeat(10)
    return torch.randn(20, 3, generator=generator) + 2 * labels.unsqueeze(1), labels


def tuned(backbone: nn.Sequential, **change: Any) -> tuple[nn.Linear, list[float]]:
    torch.manual_seed(1)
    head = nn.Linear(4, 2)
    return head, fine_tune(
        backbone, head, *task(), **STEPS | change, generator=torch.Generator().manual_seed(0)
    )


def test_fine_tuning_lowers_the_loss() -> None:
    backbone = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    before = part(backbone, "0").weight.detach().clone()
    _, losses = tuned(backbone)
    assert len(losses) == 30
    assert sum(losses[-5:]) < 0.6 * sum(losses[:5])
    assert not torch.equal(part(backbone, "0").weight, before)


def test_frozen_parts_stay_and_so_do_their_statistics() -> None:
    backbone = network()
    freeze(backbone)
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    head, _ = tuned(backbone)
    assert all(value.equal(before[name]) for name, value in backbone.state_dict().items())
    assert [module.training for module in backbone.modules()] == [False] * 5
    assert head.training


def test_parts_that_learn_are_in_training_mode() -> None:
    backbone = network()
    freeze(backbone, but=[backbone[3]])
    tuned(backbone, n_steps=1)
    assert [module.training for module in backbone.modules()] == [True, False, False, True, True]


def test_each_part_has_its_own_rate() -> None:
    """Adam's first step is the rate times the sign of the gradient."""
    backbone = nn.Linear(3, 4)
    torch.manual_seed(1)
    head = nn.Linear(4, 2)
    old = [p.detach().clone() for p in (backbone.weight, head.weight)]
    generator = torch.Generator().manual_seed(0)
    fine_tune(backbone, head, *task(), **STEPS | {"n_steps": 1, "head_lr": 0.5}, generator=generator)
    for p, before, rate in zip((backbone.weight, head.weight), old, (0.05, 0.5), strict=True):
        assert_close(p.detach() - before, -rate * gradient(p).sign(), rtol=1e-3, atol=1e-5)


def test_each_step_takes_different_items_drawn_from_the_generator() -> None:
    seen = []

    class Recorder(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x.flatten().tolist())
            return x

    inputs = torch.arange(5.0).unsqueeze(1)
    for _ in range(2):
        fine_tune(
            Recorder(), nn.Linear(1, 2), inputs, torch.tensor([0, 1, 0, 1, 0]), n_steps=3, batch_size=4,
            lr=0.1, device="cpu", generator=torch.Generator().manual_seed(0),
        )  # fmt: skip
    assert seen[:3] == seen[3:]
    assert all(len(set(batch)) == 4 for batch in seen)
    assert len({tuple(batch) for batch in seen[:3]}) == 3
