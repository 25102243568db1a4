"""Digits: scikit-learn's copy of the UCI optical digits, 1,797 real images in 10 classes.

Their 8x8 pixels are 17 grey levels each, counted from 4x4 blocks of a scan; they are enlarged bilinearly. Who
wrote which digit is not recorded.
"""

from __future__ import annotations

import torch
from torch.nn import functional

from autograder.datasets.base import UNKNOWN_DRAWER, Characters
from autograder.errors import DataError


def digits(size: int = 28) -> Characters:
    """Load all 1,797 digits of scikit-learn as one alphabet, "Digits", of ten classes; `size` is their side in pixels.

    Raises:
        DataError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise DataError(
            "The data set digits comes with scikit-learn, which is not installed.",
            remedy="Install it (pip install scikit-learn), or use the data set glyphs.",
        ) from None
    if not 8 <= size <= 256:
        raise DataError(f"digits(size={size}) is impossible.", remedy="Pass a whole number, 8 to 256.")
    bunch = load_digits()
    pixels = torch.from_numpy(bunch.images).to(torch.float32).div_(16).unsqueeze(1)
    images = functional.interpolate(pixels, size=(size, size), mode="bilinear", align_corners=False)
    labels = torch.from_numpy(bunch.target).to(torch.int64)
    return Characters(
        images=images.clamp_(0, 1),
        labels=labels,
        class_names=tuple(f"Digits/{digit}" for digit in range(10)),
        drawers=torch.full_like(labels, UNKNOWN_DRAWER),
    )
