"""The data of the experiments: Omniglot's minimal sets where `--data` names them, drawn glyphs otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from autograder.datasets import Characters, load
from reference.image_operations import affine

SMALL = {"small1": "images_background_small1", "small2": "images_background_small2"}
# The drawn stand-ins share no alphabet: other seeds invent other ones.
DRAWN = {"glyphs1": 0, "glyphs2": 1, "glyphs3": 2}


def names(folder: Path | None) -> tuple[str, str]:
    """The two sets: Omniglot's in `folder`, or drawn ones."""
    return ("small1", "small2") if folder else ("glyphs1", "glyphs2")


def characters(name: str, folder: Path | None, size: int, *, quick: bool = False) -> Characters:
    """A set by its name, images of size x size."""
    if name in SMALL:
        return load("omniglot", folder, size, sets=SMALL[name])
    counts: dict[str, Any] = (
        {"alphabets": 2, "characters": 12} if quick else {"alphabets": 5, "characters": 20}
    )
    return load("glyphs", size=size, seed=DRAWN[name], **counts)


def halved(images: Tensor, factor: int) -> Tensor:
    """Area averages of factor x factor pixels."""
    return functional.avg_pool2d(images, factor) if factor > 1 else images


@dataclass(frozen=True)
class Warp:
    """How far a random affine map goes: degrees, and shares of an image's side; the zooms are log-uniform."""

    rotate: float = 15.0
    shear: float = 0.2
    zoom: float = 0.15
    shift: float = 0.08

    def matrices(self, count: int, side: int, generator: torch.Generator) -> Tensor:
        """(count, 2, 3) for image_operations.affine."""

        def draw(reach: float) -> Tensor:
            return (2 * torch.rand(count, generator=generator) - 1) * reach

        angle, shear = torch.deg2rad(draw(self.rotate)), draw(self.shear)
        zoom_x, zoom_y = draw(self.zoom).exp(), draw(self.zoom).exp()
        stretch = torch.stack([zoom_x, shear, torch.zeros(count), zoom_y], dim=1).unflatten(1, (2, 2))
        shift = torch.stack([draw(self.shift), draw(self.shift)], dim=1) * side
        return torch.cat([rotation(angle) @ stretch, shift.unsqueeze(2)], dim=2)


def rotation(angle: Tensor) -> Tensor:
    """(n,) radians -> (n, 2, 2)."""
    cosine, sine = angle.cos(), angle.sin()
    return torch.stack([cosine, -sine, sine, cosine], dim=1).unflatten(1, (2, 2))


def warped(images: Tensor, warp: Warp, generator: torch.Generator, turns: Tensor | None = None) -> Tensor:
    """Each image through an affine map of its own, and before that by a quarter turn, turns (n,). (n, c, h, h)."""
    matrices = warp.matrices(len(images), images.shape[-1], generator)
    if turns is not None:
        quarter = rotation(turns * (math.pi / 2)).round()
        matrices = quarter @ matrices
    return affine(images, matrices.to(images), 0.0)
