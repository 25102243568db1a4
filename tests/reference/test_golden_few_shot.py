"""Prototypical, matching and siamese networks and MAML agree with the values that other implementations returned once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch.func import functional_call
from torch.nn import functional
from torch.testing import assert_close

from reference import maml, matching, prototypical, siamese
from tests.golden.vectors import read

agree = partial(assert_close, rtol=1e-7, atol=1e-12)


def check(loss: torch.Tensor, case: dict[str, Any], **inputs: Any) -> None:
    agree(loss, case["expected"]["loss"])
    for name, gradient in zip(inputs, torch.autograd.grad(loss, list(inputs.values())), strict=True):
        agree(gradient, case["expected"][f"gradient_{name}"])


def episode(case: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    inputs = case["inputs"]
    return (
        inputs["support"].requires_grad_(),
        inputs["labels"],
        inputs["queries"].requires_grad_(),
        inputs["answers"],
    )


@pytest.mark.parametrize("case", read("prototypical"))
def test_prototypical(case: dict[str, Any]) -> None:
    support, labels, queries, answers = episode(case)
    prototypes, classes = prototypical.class_prototypes(support, labels)
    assert classes.tolist() == list(range(len(classes)))
    agree(prototypes, case["expected"]["prototypes"])
    log_p = prototypical.log_probabilities(queries, prototypes)
    check(functional.nll_loss(log_p, answers), case, support=support, queries=queries)


@pytest.mark.parametrize("case", read("prototypical"))
def test_prototypical_by_episodes_with_other_labels(case: dict[str, Any]) -> None:
    support, labels, queries, answers = episode(case)
    both = torch.cat([support, queries])
    rows = torch.arange(len(both))
    loss, _ = prototypical.episode_loss(
        lambda x: both[x], rows[: len(support)], 10 * labels - 7, rows[len(support) :], 10 * answers - 7
    )
    check(loss, case, support=support, queries=queries)


@pytest.mark.parametrize("case", read("matching"))
def test_matching(case: dict[str, Any]) -> None:
    support, labels, queries, answers = episode(case)
    log_p, classes = matching.log_probabilities(matching.cosine_similarities(queries, support), labels)
    assert classes.tolist() == list(range(len(classes)))
    check(functional.nll_loss(log_p, answers), case, support=support, queries=queries)


@pytest.mark.parametrize("case", read("siamese"))
def test_siamese(case: dict[str, Any]) -> None:
    first, second = (case["inputs"][name].requires_grad_() for name in ("first", "second"))
    loss = siamese.contrastive_loss(first, second, case["inputs"]["same"].bool(), **case["parameters"])
    check(loss, case, first=first, second=second)


def weighted_error(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return ((outputs - targets).square() * outputs.new_tensor([1.0, 0.25])).mean()


@pytest.mark.parametrize(
    "case", read("maml"), ids=lambda case: f"{case['peer']}-{case['parameters']['n_steps']}"
)
def test_maml(case: dict[str, Any]) -> None:
    inputs, parameters = case["inputs"], case["parameters"]
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    start = {name: inputs[f"parameters_{name}"].requires_grad_() for name, _ in net.named_parameters()}
    named = {f"parameters_{name}": value for name, value in start.items()}
    rates = parameters.get("rate")
    if rates is None:
        rates = {name: inputs[f"rates_{name}"].requires_grad_() for name in start}
        named |= {f"rates_{name}": value for name, value in rates.items()}

    def support_loss(adapted: dict[str, torch.Tensor]) -> torch.Tensor:
        return weighted_error(functional_call(net, adapted, (inputs["support_x"],)), inputs["support_y"])

    adapted = maml.adapt(
        support_loss, start, rates, parameters["n_steps"], first_order=bool(parameters["first_order"])
    )
    check(
        weighted_error(functional_call(net, adapted, (inputs["query_x"],)), inputs["query_y"]), case, **named
    )
