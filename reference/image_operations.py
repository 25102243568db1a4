"""Operations on images, each image of a batch with a strength of its own; augmentations.py draws them.

Cubuk, Zoph, Shlens, Le (2019): RandAugment. arXiv:1909.13719. The operations of the Python Imaging Library.
DeVries, Taylor (2017): Improved Regularization of CNNs with Cutout. arXiv:1708.04552
Chen, Kornblith, Norouzi, Hinton (2020): SimCLR, appendix A. arXiv:2002.05709

| mathematics | name | shape | |
|---|---|---|---|
| x | images | (n, c, h, w) | values in [0, 1]; c is 1 (grey) or 3 (RGB) |
| x_0 + f (x - x_0) | blend | (n, c, h, w) | an enhancement: f = 0 gives x_0, f = 1 x |
| f | factor | (n,) | |
| p -> A p + b | matrices | (n, 2, 3) | where the output at p reads, in pixels from the image's centre |
| g(k) ~ exp(-k^2 / (2 sigma^2)) | gaussian_blur | (n, c, h, w) | a kernel whose sum is 1 |

Nothing here is random, and nothing changes its input. Arguments are checked where the strengths are drawn.

**Departures** from the Python Imaging Library: values are not rounded to 256 levels (posterize and equalize
do so, because they are defined on levels); warps interpolate bilinearly, and shear about the centre of the
image. Grey images have no colour: saturation and hue return them as they are.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_LUMA = (0.299, 0.587, 0.114)


def per_image(values: Tensor) -> Tensor:
    """(n,) -> (n, 1, 1, 1), to meet images in arithmetic."""
    return values.reshape(-1, 1, 1, 1)


def grey(images: Tensor) -> Tensor:
    """Luma (ITU-R 601) of each pixel: (n, c, h, w) -> (n, 1, h, w)."""
    if images.shape[1] == 1:
        return images
    weights = images.new_tensor(_LUMA).reshape(1, 3, 1, 1)
    return (images * weights).sum(dim=1, keepdim=True)


def blend(degenerate: Tensor, images: Tensor, factor: Tensor) -> Tensor:
    """degenerate + factor (images - degenerate), clipped to [0, 1]; factor (n,)."""
    return (degenerate + per_image(factor) * (images - degenerate)).clamp(0, 1)


def brightness(images: Tensor, factor: Tensor) -> Tensor:
    """Blend with black."""
    return blend(torch.zeros_like(images), images, factor)


def contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Blend with each image's mean grey."""
    return blend(grey(images).mean(dim=(1, 2, 3), keepdim=True).expand_as(images), images, factor)


def saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Blend with the grey image ("Color" in RandAugment)."""
    return images if images.shape[1] == 1 else blend(grey(images).expand_as(images), images, factor)


def sharpness(images: Tensor, factor: Tensor) -> Tensor:
    """Blend with the image smoothed by ((1, 1, 1), (1, 5, 1), (1, 1, 1)) / 13; the outermost pixels stay."""
    channels, (height, width) = images.shape[1], images.shape[-2:]
    if min(height, width) < 3:
        return images
    kernel = images.new_ones(channels, 1, 3, 3)
    kernel[:, :, 1, 1] = 5
    smooth = images.clone()
    smooth[:, :, 1:-1, 1:-1] = functional.conv2d(images, kernel / 13, groups=channels)
    return blend(smooth, images, factor)


def hue(images: Tensor, turn: Tensor) -> Tensor:
    """Turn the hue by `turn` (n,) of a full circle."""
    if images.shape[1] == 1:
        return images
    h, s, v = rgb_to_hsv(images).unbind(dim=1)
    return hsv_to_rgb(torch.stack([h + turn.reshape(-1, 1, 1), s, v], dim=1))


def rgb_to_hsv(images: Tensor) -> Tensor:
    """Hue, saturation, value, each in [0, 1]: (n, 3, h, w) -> (n, 3, h, w)."""
    red, green, blue = images.unbind(dim=1)
    value, smallest = images.amax(dim=1), images.amin(dim=1)
    chroma = value - smallest
    divisor = torch.where(chroma > 0, chroma, torch.ones_like(chroma))
    sixths = torch.where(
        value == red,
        (green - blue) / divisor,
        torch.where(value == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor),
    )
    turn = torch.where(chroma > 0, sixths / 6, torch.zeros_like(sixths)) % 1
    share = chroma / torch.where(value > 0, value, torch.ones_like(value))
    return torch.stack([turn, share, value], dim=1)


def hsv_to_rgb(images: Tensor) -> Tensor:
    """Inverse of rgb_to_hsv; the hue counts modulo 1."""
    turn, share, value = images.unbind(dim=1)
    # v - v s max(0, min(q, 4 - q, 1)), q = (k + 6 h) mod 6; k = 5, 3, 1 for red, green, blue.
    channels = []
    for offset in (5, 3, 1):
        q = (offset + 6 * turn) % 6
        channels.append(value - value * share * torch.minimum(q, 4 - q).clamp(0, 1))
    return torch.stack(channels, dim=1)


def solarize(images: Tensor, threshold: Tensor) -> Tensor:
    """Invert the values at or above threshold (n,)."""
    return torch.where(images < per_image(threshold), images, 1 - images)


def posterize(images: Tensor, bits: Tensor) -> Tensor:
    """Keep the `bits` (n,) highest of 8 bits of each value."""
    step = per_image(2 ** (8 - bits.round()))
    return torch.floor((images * 255).round() / step) * step / 255


def autocontrast(images: Tensor) -> Tensor:
    """Stretch each channel to the whole of [0, 1]; a constant channel stays."""
    low, high = images.amin(dim=(2, 3), keepdim=True), images.amax(dim=(2, 3), keepdim=True)
    span = torch.where(high > low, high - low, torch.ones_like(high))
    return torch.where(high > low, (images - low) / span, images)


def equalize(images: Tensor) -> Tensor:
    """Make each channel's histogram of 256 levels flat."""
    levels = (images * 255).round().long().flatten(2)
    counts = torch.zeros(*levels.shape[:2], 256, dtype=torch.long, device=images.device)
    counts.scatter_add_(2, levels, torch.ones_like(levels))
    brightest = counts.gather(2, levels.amax(dim=2, keepdim=True))
    step = (levels.shape[2] - brightest) // 255
    below = counts.cumsum(dim=2) - counts
    table = ((below + step // 2) // step.clamp_min(1)).clamp_max(255)
    flat = (table.gather(2, levels).to(images.dtype) / 255).reshape_as(images)
    return torch.where(step.unsqueeze(3) > 0, flat, images)


def affine(images: Tensor, matrices: Tensor, fill: float) -> Tensor:
    """The output at p reads the input at A p + b, bilinearly; outside the image it reads `fill`."""
    height, width = images.shape[-2:]
    # affine_grid counts in half-widths and half-heights.
    scale = matrices.new_tensor([[1, height / width, 2 / width], [width / height, 1, 2 / height]])
    grid = functional.affine_grid(matrices * scale, list(images.shape), align_corners=False)
    return functional.grid_sample(images - fill, grid, align_corners=False) + fill


def _matrices(xx: Tensor, xy: Tensor, yx: Tensor, yy: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return torch.stack([torch.stack([xx, xy, x], dim=1), torch.stack([yx, yy, y], dim=1)], dim=1)


def rotate(images: Tensor, degrees: Tensor, fill: float) -> Tensor:
    """Turn each image counter-clockwise by degrees (n,) about its centre."""
    cosine, sine = torch.cos(torch.deg2rad(degrees)), torch.sin(torch.deg2rad(degrees))
    zero = torch.zeros_like(degrees)
    return affine(images, _matrices(cosine, -sine, sine, cosine, zero, zero), fill)


def shear_x(images: Tensor, shear: Tensor, fill: float) -> Tensor:
    """Row y reads `shear` (n,) times y further to the right."""
    zero, one = torch.zeros_like(shear), torch.ones_like(shear)
    return affine(images, _matrices(one, shear, zero, one, zero, zero), fill)


def shear_y(images: Tensor, shear: Tensor, fill: float) -> Tensor:
    """Column x reads `shear` (n,) times x further down."""
    zero, one = torch.zeros_like(shear), torch.ones_like(shear)
    return affine(images, _matrices(one, zero, shear, one, zero, zero), fill)


def translate_x(images: Tensor, share: Tensor, fill: float) -> Tensor:
    """Each pixel reads `share` (n,) of the width further to the right."""
    zero, one = torch.zeros_like(share), torch.ones_like(share)
    return affine(images, _matrices(one, zero, zero, one, share * images.shape[-1], zero), fill)


def translate_y(images: Tensor, share: Tensor, fill: float) -> Tensor:
    """Each pixel reads `share` (n,) of the height further down."""
    zero, one = torch.zeros_like(share), torch.ones_like(share)
    return affine(images, _matrices(one, zero, zero, one, zero, share * images.shape[-2]), fill)


def flip(images: Tensor, chosen: Tensor) -> Tensor:
    """Mirror left and right those images that chosen (n,) bool names."""
    return torch.where(per_image(chosen), images.flip(-1), images)


def shift(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Move by whole pixels, (n,) int64 each; what enters is the image's own reflection at its border."""
    height, width = images.shape[-2:]
    rows = _reflect(torch.arange(height, device=images.device) - down.reshape(-1, 1), height)
    columns = _reflect(torch.arange(width, device=images.device) - right.reshape(-1, 1), width)
    moved = images.gather(2, rows[:, None, :, None].expand_as(images))
    return moved.gather(3, columns[:, None, None, :].expand_as(images))


def _reflect(index: Tensor, length: int) -> Tensor:
    """Indices outside [0, length) reflected at the first and last element, which are not repeated."""
    if length == 1:
        return torch.zeros_like(index)
    index = index % (2 * length - 2)
    return torch.minimum(index, 2 * length - 2 - index)


def cut_out(images: Tensor, centre_y: Tensor, centre_x: Tensor, side: int, fill: float) -> Tensor:
    """Fill a square of `side` pixels about (centre_y, centre_x), (n,) int64 each; borders cut it off."""
    height, width = images.shape[-2:]
    rows = torch.arange(height, device=images.device) - (centre_y.reshape(-1, 1) - side // 2)
    columns = torch.arange(width, device=images.device) - (centre_x.reshape(-1, 1) - side // 2)
    inside_rows, inside_columns = (rows >= 0) & (rows < side), (columns >= 0) & (columns < side)
    return images.masked_fill((inside_rows[:, :, None] & inside_columns[:, None, :]).unsqueeze(1), fill)


def crop_and_resize(images: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize the box (top, left, height, width) of each image, bilinearly: boxes (n, 4) -> (n, c, *size)."""
    top, left, box_height, box_width = boxes.to(images.dtype).unsqueeze(2).unbind(dim=1)
    y = _resized_axis(top, box_height, size[0], images.shape[-2])
    x = _resized_axis(left, box_width, size[1], images.shape[-1])
    grid = torch.stack([x[:, None, :].expand(-1, *size), y[:, :, None].expand(-1, *size)], dim=3)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _resized_axis(start: Tensor, extent: Tensor, size: int, length: int) -> Tensor:
    """Where `size` pixels over [start, start + extent) read, in grid_sample's units: (n, 1) -> (n, size)."""
    centres = torch.arange(size, dtype=start.dtype, device=start.device) + 0.5
    pixels = start + centres * extent / size - 0.5
    # The clamp keeps what lies outside the box from bleeding into its border.
    pixels = torch.minimum(torch.maximum(pixels, start), start + extent - 1)
    return (2 * pixels + 1) / length - 1


def gaussian_blur(images: Tensor, sigma: Tensor, kernel_size: int) -> Tensor:
    """Convolve with a Gaussian of sigma (n,) pixels, cut to kernel_size (odd); the border is reflected."""
    count, channels, height, width = images.shape
    radius = min(kernel_size // 2, height - 1, width - 1)
    offsets = torch.arange(-radius, radius + 1, dtype=images.dtype, device=images.device)
    kernels = torch.softmax(-0.5 * (offsets / sigma.reshape(-1, 1)) ** 2, dim=1).repeat_interleave(
        channels, dim=0
    )
    flat = functional.pad(images.reshape(1, count * channels, height, width), [radius] * 4, mode="reflect")
    flat = functional.conv2d(flat, kernels[:, None, :, None], groups=count * channels)
    return functional.conv2d(flat, kernels[:, None, None, :], groups=count * channels).reshape_as(images)


def gradient_energy(images: Tensor) -> Tensor:
    """Mean square of each pixel's difference quotient over channels: (n, c, h, w) -> (n, h, w)."""
    down, right = torch.gradient(images, dim=(2, 3))
    return (down**2 + right**2).mean(dim=1)


def quarter_turns(images: Tensor, turns: Tensor) -> Tensor:
    """Turn each square image counter-clockwise by turns (n,) int64 times 90 degrees, exactly."""
    turned = torch.stack([torch.rot90(images, k, dims=(2, 3)) for k in range(4)])
    return turned[turns % 4, torch.arange(len(images), device=images.device)]
