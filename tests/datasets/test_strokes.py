from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.datasets.strokes import draw, rotation, spline, turned

CONTROL = np.array([[0.0, 0.0], [0.4, 0.1], [0.5, 0.6], [-0.3, 0.7]])


@pytest.mark.parametrize("t", [0.0, 0.2, -0.7, 3.0])
def test_rotation_is_the_angle_it_says(t: float) -> None:
    assert rotation(t) == pytest.approx((math.cos(2 * math.atan(t)), math.sin(2 * math.atan(t))))


def test_turning_there_and_back_changes_nothing() -> None:
    assert turned(turned(CONTROL, 0.3), -0.3) == pytest.approx(CONTROL)


@pytest.mark.parametrize("tension", [0.0, 0.5, 1.0])
def test_spline_passes_through_its_control_points(tension: float) -> None:
    curve = spline(CONTROL, tension, samples=7)
    assert curve.shape == (22, 2)
    assert curve[::7] == pytest.approx(CONTROL)


def test_spline_of_points_on_a_line_is_that_line() -> None:
    line = np.linspace([0.0, 0.0], [1.0, 2.0], 5)
    assert spline(line, 0.0, 6)[:, 1] == pytest.approx(2 * spline(line, 0.0, 6)[:, 0])


def test_full_tension_joins_by_straight_lines_and_none_does_not() -> None:
    def off_the_first_leg(tension: float) -> float:
        span = spline(CONTROL, tension, 8)[:9]
        (x, y), (across, down) = span.T, CONTROL[1]
        return float(np.abs(x * down - y * across).max())

    assert off_the_first_leg(1.0) == pytest.approx(0, abs=1e-15)
    assert off_the_first_leg(0.0) > 0.01


def test_splines_come_in_batches() -> None:
    batch = np.stack([CONTROL, 2 * CONTROL])[None]
    assert spline(batch, 0.2, 4).shape == (1, 2, 13, 2)
    assert spline(batch, 0.2, 4)[0, 1] == pytest.approx(spline(2 * CONTROL, 0.2, 4))


def _dot(x: float, y: float, radius: float, size: int = 28) -> np.ndarray:
    return draw(np.array([[x, y]]), np.zeros(1, dtype=np.int64), np.array([radius]), size)[0]


@pytest.mark.parametrize("radius", [0.8, 1.2, 1.9, 3.0])
def test_a_dot_has_the_ink_of_a_disc_with_a_soft_rim(radius: float) -> None:
    # The rim falls linearly from radius - 1/2 to radius + 1/2: the area of the disc, and pi / 12 more.
    middle = 1 / 28  # the middle of a pixel
    assert _dot(middle, middle, radius).sum() / 255 == pytest.approx(math.pi * (radius**2 + 1 / 12), rel=0.05)


def test_x_goes_right_and_y_goes_down() -> None:
    rows, columns = np.nonzero(_dot(0.5, -0.5, 1.0))
    assert (rows.mean(), columns.mean()) == pytest.approx((6.5, 20.5))


def test_moving_by_one_pixel_moves_the_ink_by_one_pixel() -> None:
    here, there = _dot(0.1, 0.2, 1.3), _dot(0.1 + 2 / 28, 0.2, 1.3)
    assert (np.roll(here, 1, axis=1) == there).all()


def test_ink_stays_with_its_owner() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.5]])
    images = draw(points, np.array([0, 2]), np.ones(3), 28)
    assert [bool(image.any()) for image in images] == [True, False, True]
    assert (images[2] == _dot(0.0, 0.5, 1.0)).all()


@pytest.mark.parametrize("corner", [-1.0, 1.0, -3.0, 3.0])
def test_points_at_and_beyond_the_edge_stay_in_the_picture(corner: float) -> None:
    image = _dot(corner, corner, 1.2)
    assert image.shape == (28, 28)
    assert image[0 if corner < 0 else -1, 0 if corner < 0 else -1] > 100
    assert image[13, 13] == 0
