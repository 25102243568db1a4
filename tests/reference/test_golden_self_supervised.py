"""SimCLR, BYOL, DINO, CPC and MAE agree with the values that other implementations returned once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch.testing import assert_close

from reference.byol import regression_loss
from reference.cpc import info_nce, prediction_losses
from reference.dino import dino_loss, next_centre
from reference.mae import MaskedAutoencoder, sine_positions
from reference.simclr import nt_xent
from reference.vit import VisionTransformer
from tests.golden.vectors import read

agree = partial(assert_close, rtol=1e-7, atol=1e-12)


def check_loss_and_gradients(loss: torch.Tensor, case: dict[str, Any], **inputs: Any) -> None:
    agree(loss, case["expected"]["loss"])
    for name, gradient in zip(inputs, torch.autograd.grad(loss, list(inputs.values())), strict=True):
        agree(gradient, case["expected"][f"gradient_{name}"])


@pytest.mark.parametrize("case", read("simclr"), ids=lambda case: case["peer"])
def test_simclr(case: dict[str, Any]) -> None:
    first, second = (case["inputs"][name].requires_grad_() for name in ("first", "second"))
    check_loss_and_gradients(nt_xent(first, second, **case["parameters"]), case, first=first, second=second)


@pytest.mark.parametrize("case", read("byol"), ids=lambda case: case["peer"])
def test_byol(case: dict[str, Any]) -> None:
    predictions = case["inputs"]["predictions"].requires_grad_()
    loss = regression_loss(predictions, case["inputs"]["projections"])
    check_loss_and_gradients(loss, case, predictions=predictions)


@pytest.mark.parametrize("case", read("dino"))
def test_dino(case: dict[str, Any]) -> None:
    inputs, parameters = case["inputs"], dict(case["parameters"])
    centre = next_centre(inputs["centre"], inputs["teacher_logits"], parameters.pop("momentum"))
    agree(centre, case["expected"]["next_centre"])
    student = inputs["student_logits"].requires_grad_()
    loss = dino_loss(student, inputs["teacher_logits"], inputs["centre"], **parameters)
    check_loss_and_gradients(loss, case, student_logits=student)


@pytest.mark.parametrize("case", read("cpc"))
def test_cpc(case: dict[str, Any]) -> None:
    contexts, futures = case["inputs"]["contexts"], case["inputs"]["futures"]
    weight = case["inputs"]["weight"].requires_grad_()
    check_loss_and_gradients(info_nce(contexts @ weight.T, futures), case, weight=weight)
    # The same as one step ahead in sequences of two, whose second context and first latent do not count.
    latents = torch.stack([torch.zeros_like(futures), futures], dim=1)
    steps = prediction_losses(latents, torch.stack([contexts, contexts], dim=1), weight.unsqueeze(0))
    check_loss_and_gradients(steps[0], case, weight=weight)


@pytest.mark.parametrize("case", read("mae"))
def test_mae(case: dict[str, Any]) -> None:
    inputs, parameters = case["inputs"], case["parameters"]
    images, noise = inputs.pop("images"), inputs.pop("noise")
    encoder = VisionTransformer(
        image_size=12, patch_size=4, in_channels=2, width=8, depth=2, n_heads=2, mlp_width=12
    )
    net = MaskedAutoencoder(
        encoder, width=12, depth=1, n_heads=3, mlp_width=16, normalise=parameters["normalise"]
    ).double()
    assert_close(inputs["encoder.positions"], sine_positions(8, 3, 3).double(), rtol=0, atol=1e-7)
    assert_close(inputs["positions"], sine_positions(12, 3, 3).double(), rtol=0, atol=1e-7)
    net.load_state_dict(inputs)
    loss, predictions, mask = net(images, noise, mask_ratio=parameters["mask_ratio"])
    assert 0 < float(mask.mean()) < 1
    agree(mask, case["expected"]["mask"])
    agree(predictions, case["expected"]["predictions"])
    agree(loss, case["expected"]["loss"])
