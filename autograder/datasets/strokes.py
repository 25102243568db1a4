"""Ink from strokes: smooth curves through control points, drawn with a round pen and soft edges.

Only +, -, *, / and sqrt on float64 arrays, and minima, whose order does not matter: operations that IEEE 754
fixes to the last bit. No BLAS, no sine, no exponential. So the same strokes give the same bytes on every
machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rotation(t: Floats | float) -> tuple[Floats, Floats]:
    """Return (cosine, sine) of the angle 2 atan(t): rational functions of t, the same on every machine."""
    square = np.asarray(t, dtype=np.float64) ** 2
    return (1 - square) / (1 + square), 2 * np.asarray(t, dtype=np.float64) / (1 + square)


def turned(points: Floats, t: Floats | float) -> Floats:
    """Rotate points (..., 2) about the origin by 2 atan(t)."""
    cosine, sine = rotation(t)
    x, y = points[..., 0], points[..., 1]
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)


def spline(control: Floats, tension: Floats | float, samples: int) -> Floats:
    """Return points on the cardinal spline through the control points (Hermite form; tension 0 is Catmull-Rom).

    Args:
        control: (..., k, 2) control points, k >= 2.
        tension: 0 is round; 1 joins the points by straight lines.
        samples: points per span.

    Returns:
        (..., (k - 1) * samples + 1, 2)
    """
    padded = np.concatenate([control[..., :1, :], control, control[..., -1:, :]], axis=-2)
    tangent = (padded[..., 2:, :] - padded[..., :-2, :]) * (0.5 * (1 - np.asarray(tension, dtype=np.float64)))
    u = (np.arange(samples, dtype=np.float64) / samples)[:, None]
    # One more axis for u: (..., k - 1, samples, 2).
    start, end = control[..., :-1, None, :], control[..., 1:, None, :]
    out, into = tangent[..., :-1, None, :], tangent[..., 1:, None, :]
    squared, cubed = u * u, u * u * u
    curve = (2 * cubed - 3 * squared + 1) * start + (3 * squared - 2 * cubed) * end
    curve = curve + (cubed - 2 * squared + u) * out + (cubed - squared) * into
    flat = curve.reshape(*control.shape[:-2], -1, 2)
    return np.concatenate([flat, control[..., -1:, :]], axis=-2)


def draw(points: Floats, owner: NDArray[np.int64], radius: Floats, size: int) -> NDArray[np.uint8]:
    """Draw closely spaced points with a round pen.

    A pixel's ink falls from full to none over one pixel at the rim of the pen, by the distance to the
    nearest point.

    Args:
        points: (m, 2) x and y; the picture is [-1, 1] x [-1, 1], y grows downwards. Points outside move to
            its edge.
        owner: (m,) the picture that each point belongs to, 0 to n - 1.
        radius: (n,) the pen's radius in pixels, for each picture.
        size: side of the pictures in pixels.

    Returns:
        (n, size, size) ink, 255 is full.
    """
    reach = max(int(np.ceil(radius.max())), 1)  # a pixel k rows from the nearest is at least k - 0.5 away
    padded = size + 2 * reach
    position = (np.clip(points, -1, 1) + 1) * (size / 2) - 0.5
    nearest = np.rint(position).astype(np.int64)
    nearest = np.clip(nearest, 0, size - 1)
    offset = nearest - position
    corner = (owner * padded + nearest[:, 1] + reach) * padded + nearest[:, 0] + reach
    distance = np.full(len(radius) * padded * padded, np.float64(padded) ** 2)
    for row in range(-reach, reach + 1):
        down = (offset[:, 1] + row) ** 2
        for column in range(-reach, reach + 1):
            np.minimum.at(distance, corner + (row * padded + column), down + (offset[:, 0] + column) ** 2)
    distance = distance.reshape(-1, padded, padded)[:, reach:-reach, reach:-reach]
    ink = np.clip(radius[:, None, None] + 0.5 - np.sqrt(distance), 0, 1)
    return np.rint(255 * ink).astype(np.uint8)
