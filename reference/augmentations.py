"""Augmentations: weak, strong (RandAugment, CutOut), and the crops and colours of SimCLR, BYOL and DINO.

Sohn et al. (2020): FixMatch, section 2.3 and table 12. arXiv:2001.07685
Cubuk, Zoph, Shlens, Le (2019): RandAugment. arXiv:1909.13719
DeVries, Taylor (2017): Improved Regularization of CNNs with Cutout. arXiv:1708.04552
Chen, Kornblith, Norouzi, Hinton (2020): SimCLR, appendix A. arXiv:2002.05709

| mathematics | name | shape | |
|---|---|---|---|
| x | images | (n, c, h, w) | values in [0, 1]; c is 1 (grey) or 3 (RGB) |
| alpha(x) | weak(images) | (n, c, h, w) | flip and shift |
| A(x) | strong(images) | (n, c, h, w) | RandAugment, then CutOut |
| N | n_operations | () | RandAugment's operations in a row |
| t(x), t ~ T | simclr_view(images) | (n, c, s, s) | crop, flip, colour jitter, grey, blur, solarize |
| s | jitter | 4 numbers | reach of brightness, contrast, saturation, hue |

Every image of a batch draws for itself. The same state of `generator` gives the same augmentation on every
device and in either precision. Values stay in [0, 1]; the images given are not modified.

**Departures.** RandAugment's strengths are drawn afresh from the ranges of FixMatch's table 12, as FixMatch
does; its own paper shares one magnitude. Empty places are filled with `fill` in warps too, where the Python
Imaging Library paints black. Crops are resized bilinearly, not bicubically; blurring reflects the border.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from reference import image_operations as op
from reference._arguments import expect_counts, expect_floating, expect_fraction, expect_shapes

SIMCLR_JITTER = (0.8, 0.8, 0.8, 0.2)  # brightness, contrast, saturation, hue at strength 1
BYOL_JITTER = (0.4, 0.4, 0.2, 0.1)  # also DINO's

# ------------------------------------------------------------------------------------------ drawing, checking


def draw(generator: torch.Generator, *shape: int) -> Tensor:
    """Uniform on [0, 1) in float64, on the generator's device, whatever the images are."""
    return torch.rand(shape, generator=generator, device=generator.device, dtype=torch.float64)


def uniform(low: float, high: float, like: Tensor, generator: torch.Generator, *shape: int) -> Tensor:
    """Uniform on [low, high), one per item of `like` (or of shape), in its dtype and on its device."""
    return (low + (high - low) * draw(generator, *(shape or (len(like),)))).to(like)


def coin(probability: float, like: Tensor, generator: torch.Generator) -> Tensor:
    """True with the given probability, once for each item of `like`: (n,) bool."""
    return (draw(generator, len(like)) < probability).to(like.device)


def integers(below: int, like: Tensor, generator: torch.Generator) -> Tensor:
    """Uniform on 0 ... below - 1, once for each item of `like`: (n,) int64."""
    return torch.randint(below, (len(like),), generator=generator, device=generator.device).to(like.device)


def expect_images(images: Tensor) -> dict[str, int]:
    """Images of shape (n, c, h, w), floating point, with one channel or three. Returns the sizes."""
    sizes = expect_shapes(images=(images, "n c h w"))
    if sizes["c"] not in (1, 3):
        raise ValueError(f"images has shape {tuple(images.shape)}: pass (n, c, h, w) with c = 1 or c = 3")
    expect_floating(images=images)
    return sizes


def where(chosen: Tensor, changed: Tensor, images: Tensor) -> Tensor:
    """The changed image where chosen (n,) bool says so, else the given one."""
    return torch.where(op.per_image(chosen), changed, images)


# ----------------------------------------------------------------------------------------------- weak, strong


def weak(
    images: Tensor,
    *,
    generator: torch.Generator,
    flip_probability: float = 0.5,
    max_shift: float = 0.125,
) -> Tensor:
    """alpha(x), FixMatch section 2.3: flip left and right, then shift by up to max_shift of height and width.

    (n, c, h, w) -> (n, c, h, w). Shifts are whole pixels; what enters is reflected. Characters want no flips.
    """
    sizes = expect_images(images)
    expect_fraction(flip_probability=flip_probability, max_shift=max_shift)
    images = op.flip(images, coin(flip_probability, images, generator))
    reach_y, reach_x = round(max_shift * sizes["h"]), round(max_shift * sizes["w"])
    down = integers(2 * reach_y + 1, images, generator) - reach_y
    right = integers(2 * reach_x + 1, images, generator) - reach_x
    return op.shift(images, down, right)


Operation = Callable[[Tensor, Tensor, float], Tensor]

# FixMatch's table 12: name -> operation(images, strength, fill), lowest and highest strength.
RANDAUGMENT: dict[str, tuple[Operation, float, float]] = {
    "identity": (lambda x, _, fill: x, 0, 1),
    "autocontrast": (lambda x, _, fill: op.autocontrast(x), 0, 1),
    "equalize": (lambda x, _, fill: op.equalize(x), 0, 1),
    "brightness": (lambda x, s, fill: op.brightness(x, s), 0.05, 0.95),
    "colour": (lambda x, s, fill: op.saturation(x, s), 0.05, 0.95),
    "contrast": (lambda x, s, fill: op.contrast(x, s), 0.05, 0.95),
    "sharpness": (lambda x, s, fill: op.sharpness(x, s), 0.05, 0.95),
    "posterize": (lambda x, s, fill: op.posterize(x, s), 4, 8),
    "solarize": (lambda x, s, fill: op.solarize(x, s), 0, 1),
    "rotate": (op.rotate, -30, 30),
    "shear_x": (op.shear_x, -0.3, 0.3),
    "shear_y": (op.shear_y, -0.3, 0.3),
    "translate_x": (op.translate_x, -0.3, 0.3),
    "translate_y": (op.translate_y, -0.3, 0.3),
}


def rand_augment(
    images: Tensor, *, generator: torch.Generator, n_operations: int = 2, fill: float = 0.5
) -> Tensor:
    """Operations of RANDAUGMENT in a row, drawn with replacement, each with a strength of its own.

    (n, c, h, w) -> (n, c, h, w).
    """
    expect_images(images)
    expect_counts(n_operations=n_operations)
    expect_fraction(fill=fill)
    for _ in range(n_operations):
        drawn = integers(len(RANDAUGMENT), images, generator)
        share = uniform(0, 1, images, generator)
        result = images.clone()
        for number, (operation, low, high) in enumerate(RANDAUGMENT.values()):
            chosen = (drawn == number).nonzero().squeeze(1)
            if len(chosen):
                result[chosen] = operation(images[chosen], low + (high - low) * share[chosen], fill)
        images = result.clamp(0, 1)
    return images


def cut_out(images: Tensor, *, generator: torch.Generator, size: float = 0.5, fill: float = 0.5) -> Tensor:
    """CutOut: fill a square with side `size` of the shorter edge, about a pixel drawn from the whole image.

    (n, c, h, w) -> (n, c, h, w). The square may reach over the border, as in the paper.
    """
    sizes = expect_images(images)
    expect_fraction(size=size, fill=fill)
    centre_y = integers(sizes["h"], images, generator)
    centre_x = integers(sizes["w"], images, generator)
    return op.cut_out(images, centre_y, centre_x, round(size * min(sizes["h"], sizes["w"])), fill)


def strong(
    images: Tensor,
    *,
    generator: torch.Generator,
    n_operations: int = 2,
    cut_out_size: float = 0.5,
    fill: float = 0.5,
) -> Tensor:
    """A(x), FixMatch section 2.3: RandAugment, then CutOut. (n, c, h, w) -> (n, c, h, w)."""
    images = rand_augment(images, generator=generator, n_operations=n_operations, fill=fill)
    return cut_out(images, generator=generator, size=cut_out_size, fill=fill)


# ----------------------------------------------------------------------------------------- SimCLR, BYOL, DINO


def random_crop(
    images: Tensor,
    *,
    generator: torch.Generator,
    size: int | None = None,
    area: tuple[float, float] = (0.08, 1.0),
    aspect: tuple[float, float] = (3 / 4, 4 / 3),
) -> Tensor:
    """Crop a box with a share `area` of the pixels and width / height in `aspect`, resize it to size x size.

    (n, c, h, w) -> (n, c, size, size); size is the image's height by default. The area is uniform, the aspect
    log-uniform. Of ten boxes drawn the first that fits is taken; where none does, the largest in the centre.
    """
    sizes = expect_images(images)
    size = sizes["h"] if size is None else size
    expect_counts(size=size)
    _expect_range(1, area=area)
    _expect_range(float("inf"), aspect=aspect)
    boxes = draw_boxes(images, area, aspect, generator)
    return op.crop_and_resize(images, boxes, (size, size))


def draw_boxes(
    images: Tensor, area: tuple[float, float], aspect: tuple[float, float], generator: torch.Generator
) -> Tensor:
    """Boxes (top, left, height, width) in whole pixels, as random_crop describes them: (n, 4) int64."""
    count, _, height, width = images.shape
    exact = torch.empty(count, dtype=torch.float64, device=generator.device)
    pixels = uniform(area[0], area[1], exact, generator, count, 10) * height * width
    ratio = uniform(math.log(aspect[0]), math.log(aspect[1]), exact, generator, count, 10).exp()
    box_width = (pixels * ratio).sqrt().round().clamp_min(1)
    box_height = (pixels / ratio).sqrt().round().clamp_min(1)
    fits = (box_width <= width) & (box_height <= height)
    first, found = fits.int().argmax(dim=1, keepdim=True), fits.any(dim=1)
    # The largest box of an allowed aspect, where none of the ten fits.
    limit = min(max(width / height, aspect[0]), aspect[1])
    whole_width, whole_height = min(width, round(height * limit)), min(height, round(width / limit))
    box_width = torch.where(found, box_width.gather(1, first).squeeze(1), whole_width)
    box_height = torch.where(found, box_height.gather(1, first).squeeze(1), whole_height)
    # A box that fits lies anywhere, the largest in the centre.
    places = [torch.where(found, draw(generator, count), 0.5) for _ in range(2)]
    top = (places[0] * (height - box_height + 1)).floor()
    left = (places[1] * (width - box_width + 1)).floor()
    return torch.stack([top, left, box_height, box_width], dim=1).long().to(images.device)


def colour_jitter(
    images: Tensor,
    *,
    generator: torch.Generator,
    jitter: tuple[float, float, float, float] = SIMCLR_JITTER,
) -> Tensor:
    """Brightness, contrast, saturation and hue, each up to its j in `jitter`, in an order of its own.

    (n, c, h, w) -> (n, c, h, w). The factors of the first three are uniform on [max(0, 1 - j), 1 + j], the
    turn of the hue on [-j, j] of a circle.
    """
    expect_images(images)
    _expect_jitter(jitter)
    strengths = [uniform(max(0.0, 1 - j), 1 + j, images, generator) for j in jitter[:3]]
    strengths.append(uniform(-jitter[3], jitter[3], images, generator))
    order = draw(generator, len(images), 4).argsort(dim=1).to(images.device)
    for place in range(4):
        result = images.clone()
        for number, operation in enumerate((op.brightness, op.contrast, op.saturation, op.hue)):
            chosen = (order[:, place] == number).nonzero().squeeze(1)
            if len(chosen):
                result[chosen] = operation(images[chosen], strengths[number][chosen])
        images = result.clamp(0, 1)
    return images


def random_blur(
    images: Tensor, *, generator: torch.Generator, sigma: tuple[float, float] = (0.1, 2.0)
) -> Tensor:
    """Gaussian blur with uniform sigma, in pixels; the kernel is a tenth of the height, odd and at least 3.

    (n, c, h, w) -> (n, c, h, w).
    """
    sizes = expect_images(images)
    _expect_range(float("inf"), sigma=sigma)
    kernel_size = max(3, 2 * (sizes["h"] // 20) + 1)
    return op.gaussian_blur(images, uniform(*sigma, images, generator), kernel_size)


def simclr_view(
    images: Tensor,
    *,
    generator: torch.Generator,
    size: int | None = None,
    area: tuple[float, float] = (0.08, 1.0),
    flip_probability: float = 0.5,
    jitter: tuple[float, float, float, float] = SIMCLR_JITTER,
    jitter_probability: float = 0.8,
    grey_probability: float = 0.2,
    blur_probability: float = 0.5,
    solarize_probability: float = 0.0,
) -> Tensor:
    """t(x), SimCLR's appendix A: random crop, flip, colour jitter, grey, blur.

    (n, c, h, w) -> (n, c, size, size); size is the image's height by default. BYOL and DINO use the same with
    BYOL_JITTER, other blur probabilities, and solarization of one view.
    """
    expect_fraction(
        flip_probability=flip_probability,
        jitter_probability=jitter_probability,
        grey_probability=grey_probability,
        blur_probability=blur_probability,
        solarize_probability=solarize_probability,
    )
    images = random_crop(images, generator=generator, size=size, area=area)
    images = op.flip(images, coin(flip_probability, images, generator))
    jittered = colour_jitter(images, generator=generator, jitter=jitter)
    images = where(coin(jitter_probability, images, generator), jittered, images)
    greyed = op.grey(images).expand_as(images)
    images = where(coin(grey_probability, images, generator), greyed, images)
    blurred = random_blur(images, generator=generator)
    images = where(coin(blur_probability, images, generator), blurred, images)
    solarized = op.solarize(images, images.new_full((len(images),), 0.5))
    return where(coin(solarize_probability, images, generator), solarized, images)


def _expect_range(most: float, **ranges: tuple[float, float]) -> None:
    for name, (low, high) in ranges.items():
        if not 0 < low <= high <= most:
            raise ValueError(
                f"{name} is {(low, high)}: pass (low, high) with 0 < low <= high"
                + (f" <= {most}" if most < float("inf") else "")
            )


def _expect_jitter(jitter: tuple[float, float, float, float]) -> None:
    if len(jitter) != 4 or min(jitter) < 0 or jitter[3] > 0.5:
        raise ValueError(
            f"jitter is {jitter}: pass brightness, contrast, saturation, hue; none negative, hue up to 0.5"
        )
