"""The published archives. Collected only where this machine has them (see conftest.py)."""

from __future__ import annotations

from pathlib import Path

from autograder.datasets import load
from autograder.datasets.fetch import CHECKSUMS, fetch


def test_a_set_as_published(real_root: Path, real_set: tuple[str, int, int]) -> None:
    name, classes, alphabets = real_set
    data = load("omniglot", root=real_root, sets=name)
    assert (len(data.class_names), len(data.alphabets)) == (classes, alphabets)
    assert data.labels.bincount().tolist() == [20] * classes
    assert sorted(set(data.drawers.tolist())) == list(range(20))
    assert 0.03 < float(data.images.mean()) < 0.15
    assert float(data.images.max()) > 0.95


def test_the_recorded_checksum_is_the_file_s(
    real_root: Path, real_set: tuple[str, int, int], tmp_path: Path
) -> None:
    # A file of the right checksum is not fetched again, so this needs no network.
    name = real_set[0]
    (tmp_path / f"{name}.zip").write_bytes((real_root / f"{name}.zip").read_bytes())
    assert name in CHECKSUMS
    assert fetch(name, tmp_path, base_url="http://127.0.0.1:9/") == tmp_path / f"{name}.zip"
