"""Exemplar-CNN: every image patch, with all its transformed copies, is a class of its own.

Dosovitskiy, Springenberg, Riedmiller, Brox (2014): Discriminative Unsupervised Feature Learning with
Convolutional Neural Networks. NeurIPS 27. arXiv:1406.6909

| mathematics | name | shape | |
|---|---|---|---|
| x_i | patches | (n, c, h, h) | exemplars, sample_patches; values in [0, 1] |
| alpha, the parameters of T | Transformations | (m,) each | section 2.1, drawn once for all of the training |
| T x_i | transform | (m, c, h, h) | |
| S_(x_i) = {T x_i} | surrogate_classes | (n k, c, h, h) | k transformed copies of each exemplar |
| i | classes | (n k,) | the surrogate class: the exemplar's number |
| f(T x_i) | SurrogateClassifier | (b, n) | logits over the n surrogate classes |
| l(i, T x_i) = -<e_i, log f(T x_i)> | classification_loss | () | section 2.2: softmax cross-entropy |

After training the surrogate classes are thrown away: the embedding is what was learned.

**Departures.** The loss is the mean, not the sum. Patches are taken at one scale; what a transformed patch
sees beyond its border is `fill`, since the surrounding image is no longer there. Factors and powers are
log-uniform on the paper's ranges, which it does not say.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference import image_operations as op
from reference._arguments import expect_counts, expect_fraction
from reference.augmentations import expect_images, uniform
from reference.pseudo_label import classification_loss

# ---------------------------------------------------------------------------------------------------- patches


def sample_patches(images: Tensor, size: int, count: int, *, generator: torch.Generator) -> Tensor:
    """Draw patches with probability proportional to their mean squared gradient, no patch twice.

    (n, c, h, w) -> (count, c, size, size).
    """
    sizes = expect_images(images)
    expect_counts(size=size, count=count)
    if size > min(sizes["h"], sizes["w"]) or min(sizes["h"], sizes["w"]) < 2:
        raise ValueError(
            f"size is {size}: pass a size that fits into images of {sizes['h']} x {sizes['w']} pixels"
        )
    energy = functional.avg_pool2d(op.gradient_energy(images).unsqueeze(1), size, stride=1).squeeze(1)
    candidates = energy.flatten().to(generator.device, torch.float64)
    if int((candidates > 0).sum()) < count:
        raise ValueError(
            f"count is {count}: pass at most {int((candidates > 0).sum())}, the patches with a gradient"
        )
    drawn = torch.multinomial(candidates, count, generator=generator).to(images.device)
    image, top, left = torch.unravel_index(drawn, energy.shape)
    within = torch.arange(size, device=images.device)
    rows, columns = (top[:, None] + within)[:, :, None], (left[:, None] + within)[:, None, :]
    return images[image[:, None, None], :, rows, columns].permute(0, 3, 1, 2)


# -------------------------------------------------------------------------------------------- transformations


class Transformations(NamedTuple):
    """The parameters of m transformations, one row each."""

    shift: Tensor  # (m, 2) down and right, in shares of the patch
    scale: Tensor  # (m,)
    angle: Tensor  # (m,) degrees
    axis_factors: Tensor  # (m, c) along the principal axes of the colours: "contrast 1"
    power: Tensor  # (m, 2) of saturation and of value: "contrast 2"
    factor: Tensor  # (m, 2)
    offset: Tensor  # (m, 2)
    hue: Tensor  # (m,) share of a circle: "color"


def draw_transformations(count: int, like: Tensor, *, generator: torch.Generator) -> Transformations:
    """Section 2.1: count transformations for patches `like` (n, c, h, w), in its dtype and on its device."""
    expect_counts(count=count)

    def draw(low: float, high: float, *shape: int) -> Tensor:
        return uniform(low, high, like, generator, count, *shape)

    def draw_factor(low: float, high: float, *shape: int) -> Tensor:
        return draw(math.log(low), math.log(high), *shape).exp()

    return Transformations(
        shift=draw(-0.2, 0.2, 2),
        scale=draw_factor(0.7, 1.4),
        angle=draw(-20, 20),
        axis_factors=draw_factor(0.5, 2, like.shape[1]),
        power=draw_factor(0.25, 4, 2),
        factor=draw_factor(0.7, 1.4, 2),
        offset=draw(-0.1, 0.1, 2),
        hue=draw(-0.1, 0.1),
    )


def principal_axes(patches: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (c,) and principal axes (c, c), one in each column, of the colours of all pixels."""
    expect_images(patches)
    pixels = patches.transpose(0, 1).flatten(1)
    mean = pixels.mean(dim=1)
    centred = pixels - mean[:, None]
    return mean, torch.linalg.eigh(centred @ centred.T / centred.shape[1]).eigenvectors


def transform(
    patches: Tensor, t: Transformations, colours: tuple[Tensor, Tensor], *, fill: float = 0.5
) -> Tensor:
    """T x: turn, scale and shift, then contrast 1, contrast 2 and hue.

    (m, c, h, w) -> (m, c, h, w), in [0, 1]. `colours` is principal_axes of the exemplars.
    """
    expect_images(patches)
    expect_fraction(fill=fill)
    if len(t.scale) != len(patches):
        raise ValueError(
            f"there are {len(t.scale)} transformations and {len(patches)} patches: pass one for each patch"
        )
    patches = op.affine(patches, _geometry(patches, t), fill)
    mean, axes = (part.to(patches) for part in colours)
    stretch = torch.einsum("ij,mj,kj->mik", axes, t.axis_factors, axes)
    centred = patches - mean[:, None, None]
    patches = (torch.einsum("mik,mkhw->mihw", stretch, centred) + mean[:, None, None]).clamp(0, 1)
    if patches.shape[1] == 1:
        return _contrast(patches, t, 1).clamp(0, 1)
    turn, share, value = op.rgb_to_hsv(patches).split(1, dim=1)
    share, value = _contrast(share, t, 0).clamp(0, 1), _contrast(value, t, 1).clamp(0, 1)
    return op.hsv_to_rgb(torch.cat([turn + op.per_image(t.hue), share, value], dim=1)).clamp(0, 1)


def _geometry(patches: Tensor, t: Transformations) -> Tensor:
    """Where each output pixel reads: turned by the angle, at 1/scale of the distance, shifted. (m, 2, 3)."""
    cosine, sine = torch.cos(torch.deg2rad(t.angle)) / t.scale, torch.sin(torch.deg2rad(t.angle)) / t.scale
    x, y = t.shift[:, 1] * patches.shape[3], t.shift[:, 0] * patches.shape[2]
    return torch.stack([torch.stack([cosine, -sine, x], dim=1), torch.stack([sine, cosine, y], dim=1)], dim=1)


def _contrast(channel: Tensor, t: Transformations, which: int) -> Tensor:
    power, factor, offset = (op.per_image(p[:, which]) for p in (t.power, t.factor, t.offset))
    return channel.pow(power) * factor + offset


def surrogate_classes(
    patches: Tensor, n_copies: int, *, generator: torch.Generator, fill: float = 0.5
) -> tuple[Tensor, Tensor]:
    """S_(x_i): n_copies transformed copies of each exemplar, and the exemplar's number as their class.

    (n, c, h, w) -> (n n_copies, c, h, w), (n n_copies,) int64. Shuffle before training.

    >>> patches = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    >>> copies, classes = surrogate_classes(patches, n_copies=3, generator=torch.Generator().manual_seed(0))
    >>> copies.shape, classes
    (torch.Size([6, 3, 8, 8]), tensor([0, 0, 0, 1, 1, 1]))
    """
    expect_counts(n_copies=n_copies)
    t = draw_transformations(len(patches) * n_copies, patches, generator=generator)
    copies = transform(patches.repeat_interleave(n_copies, dim=0), t, principal_axes(patches), fill=fill)
    return copies, torch.arange(len(patches), device=patches.device).repeat_interleave(n_copies)


# ---------------------------------------------------------------------------------------------------- network


class SurrogateClassifier(nn.Module):
    """f: an embedding (b, ...) -> (b, width), dropout, and a linear layer over the surrogate classes."""

    def __init__(self, embed: nn.Module, width: int, n_classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        expect_counts(width=width, n_classes=n_classes)
        expect_fraction(dropout=dropout)
        self.embed = embed
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, n_classes))

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.embed(images))


def exemplar_loss(classify: nn.Module, copies: Tensor, classes: Tensor) -> Tensor:
    """Section 2.2: mean of -log f_i(T x_i). copies (b, ...), classes (b,) -> ()."""
    return classification_loss(classify(copies), classes)
