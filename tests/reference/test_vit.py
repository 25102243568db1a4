"""Vision Transformer: patches against convolution, and the whole against layers of PyTorch."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from reference import vit
from reference.vit import VisionTransformer, patchify, unpatchify
from tests.reference.strategies import generators
from tests.reference.test_transformer import as_torch_layer, randomised

small = {
    "image_size": 12,
    "patch_size": 4,
    "in_channels": 2,
    "width": 8,
    "depth": 2,
    "n_heads": 2,
    "mlp_width": 16,
}


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(vit).failed == 0


@given(*[st.integers(1, 3)] * 5, generators())
def test_unpatchify_inverts_patchify(
    b: int, c: int, rows: int, columns: int, size: int, generator: torch.Generator
) -> None:
    images = torch.rand(b, c, rows * size, columns * size, generator=generator)
    patches = patchify(images, size)
    assert patches.shape == (b, rows * columns, c * size * size)
    assert unpatchify(patches, size, rows * size, columns * size).equal(images)


def test_the_patch_embedding_is_a_convolution_with_its_own_size_as_stride() -> None:
    net = randomised(VisionTransformer(**small))
    images = torch.rand(3, 2, 12, 12, dtype=torch.float64)
    kernel = net.patch_embedding.weight.reshape(8, 2, 4, 4)
    maps = functional.conv2d(images, kernel, net.patch_embedding.bias, stride=4)
    expected = maps.flatten(2).transpose(1, 2) + net.positions[:, 1:]
    assert_close(net.embed_patches(images), expected)


def test_the_whole_network_agrees_with_one_made_of_pytorch_layers() -> None:
    net = randomised(VisionTransformer(**small))
    images = torch.rand(3, 2, 12, 12, dtype=torch.float64)
    cells = images.reshape(3, 2, 3, 4, 3, 4).permute(0, 2, 4, 1, 3, 5).reshape(3, 9, 32)
    tokens = torch.cat([net.class_token.expand(3, 1, 8), net.patch_embedding(cells)], dim=1) + net.positions
    layers: list[Any] = list(net.encoder.layers)
    stack = nn.Sequential(*map(as_torch_layer, layers), net.norm)
    assert_close(net.embed(images), tokens)
    assert_close(net(images), stack(tokens)[:, 0])
    assert {norm.eps for norm in net.modules() if isinstance(norm, nn.LayerNorm)} == {1e-6}  # as published


def test_patches_may_be_left_out_because_positions_come_before() -> None:
    net = randomised(VisionTransformer(**small))
    patches = net.embed_patches(torch.rand(2, 2, 12, 12, dtype=torch.float64))
    kept = torch.tensor([7, 0, 4])
    output = net.encode(net.prepend_class_token(patches[:, kept]))
    assert output.shape == (2, 4, 8)
    reordered = net.encode(net.prepend_class_token(patches[:, kept.flip(0)]))
    assert_close(reordered[:, 0], output[:, 0])


def test_without_positions_the_network_sees_a_bag_of_patches() -> None:
    net = randomised(VisionTransformer(**small))
    images = torch.rand(1, 2, 12, 12, dtype=torch.float64)
    shuffled = unpatchify(
        patchify(images, 4)[:, torch.randperm(9, generator=torch.Generator().manual_seed(0))], 4, 12, 12
    )
    assert not torch.allclose(net(shuffled), net(images))
    net.positions.data.zero_()
    assert_close(net(shuffled), net(images))


def test_the_default_takes_images_of_28_pixels() -> None:
    torch.manual_seed(0)
    net = VisionTransformer()
    images = torch.rand(2, 1, 28, 28)
    assert net(images).shape == (2, 64)
    assert net.embed(images).shape == (2, 17, 64)
    net(images).square().sum().backward()
    assert all(parameter.grad is not None for parameter in net.parameters())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: patchify(torch.rand(1, 1, 6, 5), 3),
            r"images has shape \(1, 1, 6, 5\): pass sides that patch_size=3",
        ),
        (lambda: unpatchify(torch.rand(1, 4, 5), 2, 4, 4), "5 numbers a patch do not fit"),
        (
            lambda: unpatchify(torch.rand(1, 3, 4), 2, 4, 4),
            r"patches has shape \(1, 3, 4\): pass \(b, 4, n\)",
        ),
        (lambda: VisionTransformer(image_size=28, patch_size=8), "image_size is 28: pass a multiple of"),
        (lambda: VisionTransformer()(torch.rand(1, 1, 32, 32)), r"pass \(b, 1, 28, 28\)"),
    ],
)
def test_wrong_sizes_are_explained(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
