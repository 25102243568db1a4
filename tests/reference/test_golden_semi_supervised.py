"""Pi-model, Mean Teacher, VAT, UDA, MixMatch, ReMixMatch and FixMatch against recorded training steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from reference import mixmatch
from reference.fixmatch import certain, fixmatch_loss
from reference.mean_teacher import update_teacher
from reference.mixmatch import mixmatch_loss
from reference.pi_model import pi_model_loss
from reference.remixmatch import DistributionAlignment, remixmatch_loss, remixmatch_terms
from reference.uda import annealing_threshold, uda_loss
from reference.vat import smoothness
from tests.golden.vectors import read

agree = partial(assert_close, rtol=1e-7, atol=1e-12)


def one_after_the_other(*batches: Any) -> Callable[..., Any]:
    """An augmentation that returns the recorded views in turn, whatever it is given."""
    left = list(batches)
    return lambda _: left.pop(0)


def classifier(case: dict[str, Any]) -> tuple[Callable[..., Any], torch.Tensor]:
    """x W for images and vectors, and W."""
    classes = case["inputs"]["classes"].requires_grad_()
    return (lambda x: x.flatten(1) @ classes), classes


def check(loss: torch.Tensor, classes: torch.Tensor, case: dict[str, Any]) -> None:
    if "loss" in case["expected"]:
        agree(loss, case["expected"]["loss"])
    if "gradient_classes" in case["expected"]:
        agree(torch.autograd.grad(loss, classes)[0], case["expected"]["gradient_classes"])


@pytest.mark.parametrize("case", read("pi_model"))
def test_pi_model(case: dict[str, Any]) -> None:
    """The peer compares unlabelled inputs only: so the labelled ones are the same in both views here."""
    inputs, (classify, _) = case["inputs"], classifier(case)
    n, u = len(inputs["labelled"]), len(inputs["first"])
    views = [torch.cat([inputs["labelled"], inputs[name]]) for name in ("first", "second")]
    # Its mean runs over u inputs, this file's over n + u.
    weight = case["parameters"]["weight"] * (n + u) / u
    augment = one_after_the_other(*views)
    loss = pi_model_loss(
        classify, augment, inputs["labelled"], inputs["labels"], inputs["first"], weight=weight
    )
    agree(loss, case["expected"]["loss"])


@pytest.mark.parametrize("case", read("mean_teacher"))
def test_mean_teacher(case: dict[str, Any]) -> None:
    teacher, student = nn.Linear(3, 2).double(), nn.Linear(3, 2).double()
    for name, net in (("teacher", teacher), ("student", student)):
        net.load_state_dict({part: case["inputs"][f"{name}_{part}"] for part in ("weight", "bias")})
    update_teacher(teacher, student, **case["parameters"])
    for name, parameter in teacher.named_parameters():
        agree(parameter.detach(), case["expected"][name])


@pytest.mark.parametrize("case", read("fixmatch"))
def test_fixmatch(case: dict[str, Any]) -> None:
    inputs, (classify, classes) = case["inputs"], classifier(case)
    mask = certain(classify(inputs["weak"]), case["parameters"]["threshold"])
    assert 0 < int(mask.sum()) < len(mask)
    weak = one_after_the_other(inputs["labelled"], inputs["weak"])
    loss = fixmatch_loss(
        classify,
        weak,
        lambda _: inputs["strong"],
        inputs["labelled"],
        inputs["labels"],
        inputs["weak"],
        **case["parameters"],
    )
    check(loss, classes, case)


@pytest.mark.parametrize("case", read("uda"))
def test_uda(case: dict[str, Any]) -> None:
    inputs, (classify, classes) = case["inputs"], classifier(case)
    mask = certain(classify(inputs["original"]), case["parameters"]["threshold"])
    assert 0 < int(mask.sum()) < len(mask)
    loss = uda_loss(
        classify,
        lambda _: inputs["augmented"],
        inputs["labelled"],
        inputs["labels"],
        inputs["original"],
        **case["parameters"],
    )
    check(loss, classes, case)
    for schedule in ("linear", "exp", "log"):
        expected = float(case["expected"][f"annealing_{schedule}_3_of_8_with_5_classes"])
        assert annealing_threshold(schedule, 3 / 8, 5) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("case", read("vat"))
def test_vat(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, (classify, classes) = case["inputs"], classifier(case)
    monkeypatch.setattr(torch, "randn", lambda *_, **__: inputs["start"])
    images = inputs["images"]
    divergence = smoothness(
        classify, images, classify(images), generator=torch.Generator(), **case["parameters"]
    )
    # The peer takes a finite difference with xi = 1e-6 too, but rounds otherwise.
    assert_close(divergence.mean(), case["expected"]["loss"], rtol=1e-6, atol=0)
    (gradient,) = torch.autograd.grad(divergence.mean(), classes)
    assert_close(gradient, case["expected"]["gradient_classes"], rtol=1e-6, atol=1e-8)


def given_draws(monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]) -> None:
    """The recorded partners, and the recorded lambda for every example."""
    share = case["parameters"].pop("lambda")
    partners = case["inputs"]["partners"]
    monkeypatch.setattr(torch, "randperm", lambda *_, **__: partners)
    weights = torch.full((len(partners),), max(share, 1 - share), dtype=torch.float64)
    monkeypatch.setattr(mixmatch, "mixing_weights", lambda *_: weights)


@pytest.mark.parametrize("case", read("mixmatch"))
def test_mixmatch(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, (classify, classes) = case["inputs"], classifier(case)
    given_draws(monkeypatch, case)
    loss = mixmatch_loss(
        classify,
        one_after_the_other(inputs["first"], inputs["second"], inputs["labelled"]),
        inputs["labelled"],
        inputs["labels"],
        inputs["first"],
        generator=torch.Generator(),
        **case["parameters"],
    )
    check(loss, classes, case)


@pytest.mark.parametrize("case", read("remixmatch"))
def test_remixmatch(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, (classify, classes), weights = case["inputs"], classifier(case), dict(case["parameters"])
    case = {**case, "parameters": weights}
    given_draws(monkeypatch, case)
    monkeypatch.setattr(torch, "randint", lambda *_, **__: inputs["turns"])
    alignment = DistributionAlignment(inputs["class_shares"], memory=1)
    alignment.past.copy_(inputs["model_shares"])
    terms = remixmatch_terms(
        classify,
        lambda x: x.flatten(1) @ inputs["turn_weights"],
        alignment,
        lambda _: inputs["weak"],
        one_after_the_other(inputs["strong"], inputs["other_strong"], inputs["labelled"]),
        inputs["labelled"],
        inputs["labels"],
        inputs["weak"],
        generator=torch.Generator(),
        temperature=weights.pop("temperature"),
    )
    check(remixmatch_loss(terms, **weights), classes, case)
