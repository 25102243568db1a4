from __future__ import annotations

import pytest

from autograder.datasets.portable_random import PortableRandom


def test_the_numbers_of_a_key_never_change() -> None:
    # Recorded once. If this fails, every drawn data set has changed.
    assert PortableRandom(1, 2, 3, 4).uniform(3).tolist() == RECORDED


def test_shapes_and_bounds() -> None:
    numbers = PortableRandom(0, 0, 0, 0).uniform(50, 40, low=-2.0, high=3.0)
    assert numbers.shape == (50, 40)
    assert (numbers.min() >= -2, numbers.max() < 3) == (True, True)
    assert numbers.mean() == pytest.approx(0.5, abs=0.15)


def test_different_keys_give_different_numbers() -> None:
    keys = [(0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0), (0, 0, 0, 0, 1), (1, 0, 0, 0), (0, 1, 0, 0)]
    assert len({PortableRandom(*key).number(0, 1) for key in keys}) == len(keys)


def test_longer_draws_begin_with_the_shorter_ones() -> None:
    assert (
        PortableRandom(5, 0, 0, 0).roughly_normal(40, 8)[:7]
        == PortableRandom(5, 0, 0, 0).roughly_normal(7, 8)
    ).all()


def test_bell_is_standardised_and_bounded() -> None:
    numbers = PortableRandom(0, 0, 0, 7).roughly_normal(20_000)
    assert (numbers.mean(), numbers.std()) == pytest.approx((0, 1), abs=0.02)
    assert abs(numbers).max() <= 3


def test_below_reaches_every_number_and_no_other() -> None:
    dice = PortableRandom(0, 0, 0, 9)
    assert {dice.below(4) for _ in range(200)} == {0, 1, 2, 3}


RECORDED = [0.03022646584024391, 0.9447630975064669, 0.24573072124669093]
