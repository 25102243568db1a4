"""Omniglot's 1-bit drawings of 105x105 pixels as ink of 28x28.

Each small pixel is the mean of exactly the area that it covers, 3.75 x 3.75 large pixels, parts of pixels
included. So no ink is lost or doubled, thin strokes stay connected, and edges are soft. (Pillow's BOX filter
takes large pixels whole or not at all, three here and four there; nearest-neighbour shrinking drops strokes.)
"""

from __future__ import annotations

import io

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autograder.errors import DataError

SIDE = 105


def checked_size(size: int) -> int:
    """Return `size`, a side that drawings can be shrunk to. Raises DataError for any other."""
    if isinstance(size, bool) or not isinstance(size, int) or not 8 <= size <= SIDE:
        raise DataError(
            f"Images of size={size!r} are impossible.", remedy=f"Pass a whole number, 8 to {SIDE}."
        )
    return size


def ink_of_png(png: bytes) -> NDArray[np.uint8]:
    """Decode a drawing to (105, 105) uint8: 255 where there is ink.

    Raises:
        ValueError: these bytes are no PNG of 105x105 pixels; it says what they are.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            # The header is read, the pixels are not: a bomb of a picture goes no further.
            if image.size != (SIDE, SIDE):
                raise ValueError(f"has {image.size[0]}x{image.size[1]} pixels instead of {SIDE}x{SIDE}")
            return 255 - np.asarray(image.convert("L"))
    except UnidentifiedImageError:
        raise ValueError("is no PNG image") from None
    except Image.DecompressionBombError:
        raise ValueError(f"is far larger than {SIDE}x{SIDE} pixels") from None
    except (OSError, SyntaxError, EOFError) as error:  # Pillow's PNG reader raises SyntaxError on bad chunks
        raise ValueError(f"is a damaged PNG image ({error})") from None


def shrink(ink: NDArray[np.uint8], size: int) -> Tensor:
    """Shrink drawings by averaging areas.

    Args:
        ink: (n, side, side), 255 is full.
        size: the new side, at most the old one.

    Returns:
        (n, 1, size, size) float32 in [0, 1]
    """
    weights = area_weights(ink.shape[-1], size)
    large = torch.from_numpy(ink).to(torch.float32).div_(255)
    return (weights @ large @ weights.T).clamp_(0, 1).unsqueeze(1)


def area_weights(side: int, size: int) -> Tensor:
    """Return (size, side): the share that each large pixel has in the mean of each small one; rows sum to 1."""
    edges = torch.arange(size + 1, dtype=torch.float64) * side / size
    pixels = torch.arange(side, dtype=torch.float64)
    overlap = torch.minimum(edges[1:, None], pixels + 1) - torch.maximum(edges[:-1, None], pixels)
    return (overlap.clamp(min=0) * size / side).to(torch.float32)
