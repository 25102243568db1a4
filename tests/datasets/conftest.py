"""Tiny archives of Omniglot's layout, and the real ones where this machine has them."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

REAL_ROOT = Path(
    os.environ.get("FEWLABELS_OMNIGLOT") or Path(__file__).parents[3].joinpath("shared", "omniglot")
)
REAL_ARCHIVES = {
    "images_background": (964, 30),
    "images_evaluation": (659, 20),
    "images_background_small1": (136, 5),
    "images_background_small2": (156, 5),
}
_REAL_SETS = [name for name in REAL_ARCHIVES if (REAL_ROOT / f"{name}.zip").is_file()]
# Nothing here needs the real data. Where they are absent their tests are not collected, rather than skipped.
collect_ignore = [] if _REAL_SETS else ["test_real_omniglot.py"]
collect_ignore += [] if (REAL_ROOT / "all_runs.zip").is_file() else ["test_real_one_shot.py"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "real_set" in metafunc.fixturenames:
        expected = [(name, *REAL_ARCHIVES[name]) for name in _REAL_SETS]
        metafunc.parametrize("real_set", expected, ids=_REAL_SETS)


@pytest.fixture(scope="session")
def real_root() -> Path:
    return REAL_ROOT


@pytest.fixture(autouse=True)
def _apart_from_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No test sees the user's own data, and none is slowed down by threads fighting over cores."""
    monkeypatch.setenv("FEWLABELS_DATA", str(tmp_path / "no-data-here"))
    monkeypatch.delenv("FEWLABELS_OMNIGLOT", raising=False)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def png_of(ink: np.ndarray, mode: str = "1") -> bytes:
    """A PNG as Omniglot has them: black ink on white, one bit."""
    stream = io.BytesIO()
    Image.fromarray(np.where(ink, 0, 255).astype(np.uint8)).convert(mode).save(stream, format="PNG")
    return stream.getvalue()


def stroke(row: int, column: int = 20) -> np.ndarray:
    """(105, 105) bool with one level stroke, whose place tells the drawings apart."""
    ink = np.zeros((105, 105), dtype=bool)
    ink[row : row + 3, column : column + 60] = True
    return ink


def members_of(name: str, alphabets: dict[str, int], drawers: int = 2) -> dict[str, bytes]:
    """The files of a set: how many characters each alphabet has, a few drawers each."""
    return {
        f"{name}/{alphabet}/character{character:02d}/{number * 100 + character:04d}_{drawer:02d}.png": png_of(
            stroke(10 + 8 * character + drawer, column=5 + 10 * number)
        )
        for number, (alphabet, characters) in enumerate(alphabets.items())
        for character in range(1, characters + 1)
        for drawer in range(1, drawers + 1)
    }


def run_members(runs: int = 2, way: int = 3) -> dict[str, bytes]:
    """The one-shot task: test image i shows the character of training image (i + run) mod way."""
    members: dict[str, bytes] = {}
    for run in range(1, runs + 1):
        lines = []
        for index in range(way):
            members[f"run{run:02d}/training/class{index + 1:02d}.png"] = png_of(stroke(20 * index + 10))
            shown = (index + run) % way
            members[f"run{run:02d}/test/item{index + 1:02d}.png"] = png_of(stroke(20 * shown + 12))
            test, training = f"test/item{index + 1:02d}.png", f"training/class{shown + 1:02d}.png"
            lines.append(f"run{run:02d}/{test} run{run:02d}/{training}")
        members[f"run{run:02d}/class_labels.txt"] = "\n".join([*lines, ""]).encode()
    return members


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def unpacked(folder: Path, members: dict[str, bytes]) -> Path:
    for name, content in members.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def make() -> Maker:
    return Maker()


class Maker:
    """The builders above, for tests (conftest cannot be imported)."""

    png: Callable[..., bytes] = staticmethod(png_of)
    stroke: Callable[..., np.ndarray] = staticmethod(stroke)
    members: Callable[..., dict[str, bytes]] = staticmethod(members_of)
    runs: Callable[..., dict[str, bytes]] = staticmethod(run_members)
    zip: Callable[..., Path] = staticmethod(zip_of)
    unpacked: Callable[..., Path] = staticmethod(unpacked)
    remove: Callable[..., None] = staticmethod(shutil.rmtree)
