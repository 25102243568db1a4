"""Exemplar-CNN: patches by their gradient, transformations one by one, and classes that can be learned."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from reference import image_operations as op
from reference.exemplar import (
    SurrogateClassifier,
    Transformations,
    draw_transformations,
    exemplar_loss,
    principal_axes,
    sample_patches,
    surrogate_classes,
    transform,
)
from tests.reference.strategies import generators


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int = 3, c: int = 3, side: int = 9) -> torch.Tensor:
    return torch.rand(n, c, side, side + 2, generator=seeded(3), dtype=torch.float64)


def neutral(n: int, c: int, **changed: torch.Tensor) -> Transformations:
    zeros, ones = torch.zeros(n).double(), torch.ones(n).double()
    still = Transformations(
        shift=zeros[:, None].repeat(1, 2),
        scale=ones,
        angle=zeros,
        axis_factors=ones[:, None].repeat(1, c),
        power=ones[:, None].repeat(1, 2),
        factor=ones[:, None].repeat(1, 2),
        offset=zeros[:, None].repeat(1, 2),
        hue=zeros,
    )
    return still._replace(**changed)


# ---------------------------------------------------------------------------------------------------- patches


@given(generators(), st.integers(2, 6))
def test_patches_are_cut_out_of_the_images_and_none_twice(generator: torch.Generator, size: int) -> None:
    images = pictures(2, 1, 7)
    crops = images.unfold(2, size, 1).unfold(3, size, 1).permute(0, 2, 3, 1, 4, 5).reshape(-1, size * size)
    patches = sample_patches(images, size, 5, generator=generator).reshape(5, -1)
    places = [(crops == patch).all(dim=1).nonzero().flatten().tolist() for patch in patches]
    assert [len(place) for place in places] == [1] * 5
    assert len({place[0] for place in places}) == 5


def test_patches_come_in_proportion_to_their_squared_gradient() -> None:
    """Two ramps of slopes 1 and 2 side by side in a batch: patches of the second come 4 times as often."""
    ramp = torch.arange(8.0).double().expand(1, 8, 8) / 16
    images, generator = torch.stack([ramp / 2, ramp]), seeded()
    second = 0
    for _ in range(400):
        patch = sample_patches(images, 4, 1, generator=generator)
        second += int(float(patch[0, 0, 0, 1] - patch[0, 0, 0, 0]) > 0.05)
    assert abs(second - 320) < 5 * math.sqrt(400 * 0.8 * 0.2)


def test_flat_places_are_never_drawn() -> None:
    images = torch.cat([torch.full((4, 1, 9, 11), 0.3, dtype=torch.float64), pictures(1, 1)])
    patches = sample_patches(images, 3, 60, generator=seeded())
    assert bool((patches != 0.3).any(dim=3).any(dim=2).all())


# -------------------------------------------------------------------------------------------- transformations


@pytest.mark.parametrize("channels", [1, 3])
def test_neutral_parameters_change_nothing(channels: int) -> None:
    patches = pictures(c=channels)
    assert_close(transform(patches, neutral(3, channels), principal_axes(patches)), patches)


@given(generators())
def test_parameters_stay_in_the_ranges_of_the_paper(generator: torch.Generator) -> None:
    t = draw_transformations(50, pictures(), generator=generator)
    ranges = {
        "shift": (-0.2, 0.2), "scale": (0.7, 1.4), "angle": (-20, 20), "axis_factors": (0.5, 2),
        "power": (0.25, 4), "factor": (0.7, 1.4), "offset": (-0.1, 0.1), "hue": (-0.1, 0.1),
    }  # fmt: skip
    assert set(ranges) == set(t._fields)
    for name, (low, high) in ranges.items():
        values = getattr(t, name)
        assert len(values) == 50
        assert low <= float(values.min()) < float(values.max()) <= high
        assert values.unique().numel() == values.numel()


@given(st.floats(-20, 20), st.floats(0.7, 1.4), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_a_ramp_is_turned_scaled_and_shifted_into_another_ramp(
    angle: float, scale: float, down: float, right: float
) -> None:
    """At p the result is the ramp at R(angle) p / scale + shift: bilinear reading keeps ramps exact."""
    y, x = torch.meshgrid(torch.arange(-8.0, 9).double(), torch.arange(-8.0, 9).double(), indexing="ij")
    patch = (0.5 + 0.02 * x - 0.01 * y).reshape(1, 1, 17, 17)
    t = neutral(
        1, 1,
        angle=torch.tensor([angle], dtype=torch.float64), scale=torch.tensor([scale], dtype=torch.float64),
        shift=torch.tensor([[down, right]], dtype=torch.float64),
    )  # fmt: skip
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    from_x = (cosine * x - sine * y) / scale + right * 17
    from_y = (sine * x + cosine * y) / scale + down * 17
    inside = (from_x.abs() < 8) & (from_y.abs() < 8)
    result = transform(patch, t, principal_axes(patch))[0, 0]
    assert_close(result[inside], (0.5 + 0.02 * from_x - 0.01 * from_y)[inside])
    outside = (from_x.abs() > 9) | (from_y.abs() > 9)
    assert_close(result[outside], torch.full_like(result, 0.5)[outside])


def test_contrast_1_stretches_the_colours_along_their_principal_axes() -> None:
    patches, colours = pictures(), principal_axes(pictures())
    mean, axes = colours
    pixels = patches.transpose(0, 1).flatten(1)
    projected = axes.T @ (pixels - mean[:, None])
    covariance = projected @ projected.T / pixels.shape[1]
    assert_close(covariance, torch.diag(covariance.diagonal()))  # uncorrelated along the axes
    assert_close(axes.T @ axes, torch.eye(3).double())
    factors = torch.tensor([[0.9, 0.6, 0.8]]).double().repeat(3, 1)
    result = transform(patches, neutral(3, 3, axis_factors=factors), colours)
    after = axes.T @ (result.transpose(0, 1).flatten(1) - mean[:, None])
    assert_close(after, factors[0][:, None] * projected)


def test_contrast_2_bends_saturation_and_value_each_for_itself() -> None:
    patches = pictures()
    power, factor, offset = (
        torch.tensor([pair]).double().repeat(3, 1) for pair in ([2.0, 0.5], [0.8, 0.9], [0.05, -0.07])
    )
    result = transform(
        patches, neutral(3, 3, power=power, factor=factor, offset=offset), principal_axes(patches)
    )
    h, s, v = op.rgb_to_hsv(patches).unbind(dim=1)
    expected = torch.stack([h, s**2 * 0.8 + 0.05, (v**0.5 * 0.9 - 0.07).clamp_min(0)], dim=1)
    assert_close(result, op.hsv_to_rgb(expected))
    grey = pictures(c=1)
    bent = transform(grey, neutral(3, 1, power=power, factor=factor, offset=offset), principal_axes(grey))
    assert_close(bent, (grey**0.5 * 0.9 - 0.07).clamp(0, 1))


def test_the_hue_turns() -> None:
    patches, turn = pictures(), torch.tensor([0.1, -0.05, 0.02]).double()
    result = transform(patches, neutral(3, 3, hue=turn), principal_axes(patches))
    assert_close(result, op.hue(patches, turn))


# ------------------------------------------------------------------------------------------- classes, network


@given(generators(), st.integers(1, 4), st.sampled_from([1, 3]))
def test_each_exemplar_has_its_copies_and_its_class(
    generator: torch.Generator, n_copies: int, channels: int
) -> None:
    patches, state = pictures(c=channels), generator.get_state()
    before, globally = patches.clone(), torch.get_rng_state()
    copies, classes = surrogate_classes(patches, n_copies, generator=generator)
    assert copies.shape == (3 * n_copies, *patches.shape[1:])
    assert classes.tolist() == [i for i in range(3) for _ in range(n_copies)]
    assert 0 <= float(copies.min()) <= float(copies.max()) <= 1
    assert patches.equal(before)
    assert torch.get_rng_state().equal(globally)
    generator.set_state(state)
    assert surrogate_classes(patches, n_copies, generator=generator)[0].equal(copies)
    alone = draw_transformations(3 * n_copies, patches, generator=generator.set_state(state))
    for i in range(3 * n_copies):
        row = Transformations(*(values[i : i + 1] for values in alone))
        expected = transform(patches[i // n_copies : i // n_copies + 1], row, principal_axes(patches))
        assert_close(copies[i : i + 1], expected)


def test_the_network_learns_to_tell_its_exemplars_apart() -> None:
    torch.manual_seed(0)
    patches = torch.rand(6, 1, 8, 8, generator=seeded())
    copies, classes = surrogate_classes(patches, 12, generator=seeded())
    embed = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 36, 32), nn.ReLU())
    net = SurrogateClassifier(embed, 32, 6, dropout=0.1)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
    for _ in range(60):
        optimizer.zero_grad()
        exemplar_loss(net, copies, classes).backward()
        optimizer.step()
    assert float((net.eval()(copies).argmax(dim=1) == classes).float().mean()) > 0.9
    assert_close(exemplar_loss(net, copies, classes), functional.cross_entropy(net(copies), classes))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_patches(pictures(), 10, 1, generator=seeded()), "size is 10: pass a size that fits"),
        (
            lambda: sample_patches(torch.ones(1, 1, 5, 5), 3, 1, generator=seeded()),
            "count is 1: pass at most 0, the patches with a gradient",
        ),
        (lambda: surrogate_classes(pictures(), 0, generator=seeded()), "n_copies is 0: pass an integer"),
        (
            lambda: SurrogateClassifier(nn.Identity(), 3, 4, dropout=2.0),
            "dropout is 2.0: pass a number from 0",
        ),
        (
            lambda: transform(pictures(), neutral(2, 3), (torch.ones(3), torch.eye(3))),
            "there are 2 transformations and 3 patches",
        ),
        (
            lambda: transform(torch.ones(2, 2, 3, 3), neutral(2, 2), (torch.ones(2), torch.eye(2))),
            "with c = 1 or c = 3",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
