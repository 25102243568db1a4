from __future__ import annotations

import sys

import pytest
import torch

from autograder.datasets import load
from autograder.errors import DataError


def test_all_digits() -> None:
    data = load("digits")
    assert data.images.shape == (1797, 1, 28, 28)
    assert data.class_names == tuple(f"Digits/{digit}" for digit in range(10))
    assert data.labels[:10].tolist() == list(range(10))
    assert data.drawers.unique().tolist() == [-1]


def test_enlarging_keeps_the_digit() -> None:
    from sklearn.datasets import load_digits

    small = torch.from_numpy(load_digits().images).float()[:, None] / 16
    back = torch.nn.functional.interpolate(load("digits", size=56).images, size=(8, 8), mode="area")
    assert float(torch.corrcoef(torch.stack([back.flatten(), small.flatten()]))[0, 1]) > 0.95
    assert torch.equal(load("digits", size=8).images, small)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match=r"pip install scikit-learn.*glyphs"):
        load("digits")


def test_impossible_size() -> None:
    with pytest.raises(DataError, match="size=3"):
        load("digits", size=3)
