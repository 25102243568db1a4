"""Masked autoencoder: what the encoder sees, what the loss counts, and the positions in a loop."""

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

from reference import mae
from reference.mae import (
    MaskedAutoencoder,
    masked_error,
    sine_positions,
    split_patches,
    targets,
    visible_count,
)
from reference.vit import VisionTransformer, patchify
from tests.reference.strategies import generators, matrices


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(normalise: bool = True) -> MaskedAutoencoder:
    torch.manual_seed(0)
    encoder = VisionTransformer(
        image_size=12, patch_size=4, in_channels=2, width=8, depth=2, n_heads=2, mlp_width=12
    )
    net = MaskedAutoencoder(encoder, width=12, depth=1, n_heads=3, mlp_width=16, normalise=normalise)
    return net.double()


def pictures(n: int = 3, seed: int = 1) -> torch.Tensor:
    return torch.rand(n, 2, 12, 12, generator=seeded(seed)).double()


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(mae).failed == 0


# --------------------------------------------------------------------------------------------- equations


@given(matrices(2, 3, 4, 4))
def test_targets_are_standardised_with_the_unbiased_variance(images: torch.Tensor) -> None:
    patches = patchify(images, 2)
    assert targets(images, 2, normalise=False).equal(patches)
    for ours, row in zip(
        targets(images, 2, normalise=True).flatten(0, 1).tolist(), patches.flatten(0, 1).tolist(), strict=True
    ):
        mean = math.fsum(row) / 12
        variance = math.fsum((x - mean) ** 2 for x in row) / 11
        assert ours == pytest.approx([(x - mean) / math.sqrt(variance + 1e-6) for x in row])


def test_a_flat_patch_has_the_target_zero() -> None:
    assert targets(torch.full((1, 1, 2, 2), 0.7), 2, normalise=True).abs().max() == 0


@given(matrices(2, 4, 3), matrices(2, 4, 3), st.data())
def test_the_error_is_the_mean_over_the_hidden_patches_of_both_images(
    predictions: torch.Tensor, goals: torch.Tensor, data: st.DataObject
) -> None:
    hidden = [[data.draw(st.booleans()) for _ in range(4)] for _ in range(2)]
    hidden[0][1] = True
    errors = [
        math.fsum((a - b) ** 2 for a, b in zip(p, t, strict=True)) / 3
        for flags, ps, ts in zip(hidden, predictions.tolist(), goals.tolist(), strict=True)
        for flag, p, t in zip(flags, ps, ts, strict=True)
        if flag
    ]
    mask = torch.tensor(hidden).double()
    assert float(masked_error(predictions, goals, mask)) == pytest.approx(math.fsum(errors) / len(errors))
    elsewhere = goals + 100 * (1 - mask).unsqueeze(2)
    assert_close(masked_error(predictions, elsewhere, mask), masked_error(predictions, goals, mask))


@given(st.integers(2, 40), generators(), st.data())
def test_the_smallest_noise_stays_visible(
    n_patches: int, generator: torch.Generator, data: st.DataObject
) -> None:
    noise = torch.rand(3, n_patches, generator=generator)
    n_visible = data.draw(st.integers(1, n_patches - 1))
    visible, mask = split_patches(noise, n_visible)
    for row, kept, hidden in zip(noise.tolist(), visible.tolist(), mask.tolist(), strict=True):
        smallest = sorted(range(n_patches), key=row.__getitem__)[:n_visible]
        assert sorted(kept) == sorted(smallest)
        assert [i for i, flag in enumerate(hidden) if flag == 0] == sorted(smallest)


def test_how_many_patches_stay_visible() -> None:
    assert [visible_count(n, 0.75) for n in (4, 16, 49, 196)] == [1, 4, 12, 49]
    assert visible_count(25, 0.8) == 5  # 25 * (1 - 0.8) is 4.999... in floating point


@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from([4, 8, 12]))
def test_positions_in_a_loop(rows: int, columns: int, width: int) -> None:
    positions = sine_positions(width, rows, columns)[0].tolist()
    assert positions[0] == [0] * width
    for place, found in enumerate(positions[1:]):
        expected = []
        for coordinate in (place % columns, place // columns):
            angles = [coordinate / 10000 ** (4 * i / width) for i in range(width // 4)]
            expected += [math.sin(a) for a in angles] + [math.cos(a) for a in angles]
        assert found == pytest.approx(expected, abs=1e-6)


# --------------------------------------------------------------------------------------------- network


def test_the_encoder_reads_the_class_token_and_the_visible_patches_only() -> None:
    net, images, lengths = network(), pictures(), []
    net.encoder.encoder.register_forward_hook(lambda _, args, out: lengths.append(args[0].shape[1]))
    noise = net.draw_noise(images, generator=seeded())
    loss, predictions, mask = net(images, noise, mask_ratio=0.6)
    assert lengths == [1 + 3]
    assert predictions.shape == (3, 9, 32)
    assert mask.sum(dim=1).tolist() == [6, 6, 6]
    hidden = (pictures(seed=2) - images) * _as_pixels(mask)
    _, again, _ = net(images + hidden, noise, mask_ratio=0.6)
    assert_close(again, predictions, rtol=0, atol=0)
    seen = (pictures(seed=2) - images) * (1 - _as_pixels(mask))
    assert not net(images + seen, noise, mask_ratio=0.6)[1].equal(predictions)
    assert_close(loss, masked_error(predictions, targets(images, 4, normalise=True), mask))


def _as_pixels(mask: torch.Tensor) -> torch.Tensor:
    grid = mask.reshape(-1, 1, 3, 3)
    return grid.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)


def test_targets_of_visible_patches_do_not_matter() -> None:
    net, images = network(normalise=False), pictures()
    noise = net.draw_noise(images, generator=seeded())
    loss, predictions, mask = net(images, noise)
    changed = images + 5 * (1 - _as_pixels(mask))
    moved = masked_error(predictions, targets(changed, 4, normalise=False), mask)
    assert_close(moved, loss)


def test_the_decoder_gets_every_latent_at_its_place() -> None:
    """Written again with loops: latents at the visible places, the mask token everywhere else."""
    net, images = network(), pictures()
    visible, _ = split_patches(net.draw_noise(images, generator=seeded()), 4)
    latents = net.encode(images, visible)
    for i in range(3):
        tokens = [net.embedding(latents[i, 0])]
        for place in range(9):
            at = (visible[i] == place).nonzero().flatten().tolist()
            tokens.append(net.embedding(latents[i, 1 + at[0]]) if at else net.mask_token[0, 0])
        canvas = (torch.stack(tokens) + net.positions[0]).unsqueeze(0)
        expected = net.prediction(net.norm(net.decoder(canvas)))[0, 1:]
        assert_close(net.decode(latents, visible)[i], expected)


@given(generators())
def test_the_order_of_the_visible_patches_does_not_matter(generator: torch.Generator) -> None:
    net, images = network(), pictures()
    visible, _ = split_patches(net.draw_noise(images, generator=generator), 4)
    shuffled = visible[:, torch.randperm(4, generator=generator)]
    before, after = (net.decode(net.encode(images, v), v) for v in (visible, shuffled))
    assert_close(after, before)


def test_with_all_patches_visible_the_encoder_is_the_vision_transformer() -> None:
    net, images = network(), pictures()
    everything = torch.arange(9).expand(3, 9)
    assert_close(net.encode(images, everything)[:, 0], net.encoder(images))
    assert_close(net.encoder.positions.detach(), sine_positions(8, 3, 3).double())


def test_every_parameter_but_the_positions_is_trained() -> None:
    net, images = network(), pictures()
    loss, _, _ = net(images, net.draw_noise(images, generator=seeded()))
    loss.backward()
    still = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert still == ["encoder.positions"]


@given(generators())
def test_noise_comes_from_the_generator(generator: torch.Generator) -> None:
    net, images = network(), pictures()
    globally, state = torch.get_rng_state(), generator.get_state()
    noise = net.draw_noise(images, generator=generator)
    assert not net.draw_noise(images, generator=generator).equal(noise)
    generator.set_state(state)
    assert net.draw_noise(images, generator=generator).equal(noise)
    assert torch.get_rng_state().equal(globally)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: visible_count(9, 0.95), "mask_ratio is 0.95: pass one that leaves 1 to 8 of the 9 patches"),
        (lambda: visible_count(9, 0.0), "mask_ratio is 0.0: pass one that leaves 1 to 8"),
        (lambda: split_patches(torch.ones(2, 3), 4), "n_visible is 4: pass at most 3, the number of patches"),
        (lambda: sine_positions(6, 2, 2), "width is 6: pass a multiple of 4"),
        (lambda: network()(pictures(), torch.ones(3, 8)), r"noise has shape \(3, 8\): pass \(3, 9\)"),
        (
            lambda: masked_error(torch.ones(1, 2, 3), torch.ones(1, 2, 3), torch.ones(1, 3)),
            "mask .* with N = 2",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
