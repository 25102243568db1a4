"""Weights that two students share are found, whatever the file's metadata says; the course's own are nobody's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from autograder.classroom.shared_weights import fingerprint, same_weights


def saved(folder: Path, name: str, seed: int, metadata: dict[str, str] | None = None) -> Path:
    weights = np.random.default_rng(seed).normal(size=(3, 4)).astype(np.float32)
    path = folder / f"{name}.safetensors"
    save_file({"layer.weight": weights}, path, metadata)
    return path


def test_equal_weights_are_found(tmp_path: Path) -> None:
    files = {
        "ada": saved(tmp_path, "ada", 1),
        "bob": saved(tmp_path, "bob", 2),
        "cy": saved(tmp_path, "cy", 1, {"saved by": "cy"}),
        "dan": saved(tmp_path, "dan", 3),
        "eve": saved(tmp_path, "eve", 3),
    }
    assert same_weights(files) == [("ada", "cy"), ("dan", "eve")]
    assert same_weights(files, ours=[saved(tmp_path, "given", 3)]) == [("ada", "cy")]


def test_files_without_weights_are_nobodys_twins(tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        (tmp_path / f"{name}.safetensors").write_bytes(b"nonsense")
    files = {name: tmp_path / f"{name}.safetensors" for name in ("ada", "bob", "missing", "gone")}
    assert same_weights(files) == []
    assert fingerprint(files["ada"]) is None


def test_one_number_apart_is_no_twin(tmp_path: Path) -> None:
    weights = np.ones((2, 2), dtype=np.float32)
    save_file({"w": weights}, tmp_path / "a.safetensors")
    weights[0, 0] = np.nextafter(weights[0, 0], np.float32(2))
    save_file({"w": weights}, tmp_path / "b.safetensors")
    assert same_weights({"a": tmp_path / "a.safetensors", "b": tmp_path / "b.safetensors"}) == []
