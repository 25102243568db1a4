"""A course of its own with the assignment `tiny`, as `autograder new` writes it; a fresh copy for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from autograder.cli.release import release
from autograder.laws import registry
from autograder.release import skeleton, wheel
from autograder.sandbox.jailed import Sandbox


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("new") / "course"
    course.mkdir()
    skeleton.write("tiny", course, skeleton.files("tiny", course))
    return course


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(template, tmp_path / "course")
    yield tmp_path / "course"
    registry.use(Path(__file__).parents[2])  # the checkout's own checks, for the tests that follow


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture(scope="session")
def built_wheel() -> tuple[str, bytes]:
    return wheel.build(Path(__file__).parents[2])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, built_wheel: tuple[str, bytes]) -> None:
    """The wheel is built once and not in every test; of it, only what a course adds is scanned."""
    name, data = built_wheel
    monkeypatch.setattr(wheel, "build", lambda course: (name, wheel.packed(_small(data))[1]))


def _small(data: bytes) -> dict[str, bytes]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" in name or name.endswith("model.py")]
        return {name: archive.read(name) for name in names}


Release = Callable[..., int]


@pytest.fixture
def run(course: Path) -> Release:
    """run(**options) -> exit status of `autograder release tiny`, quickly: nothing is run, no grade book."""

    def call(**options: object) -> int:
        chosen = {"diff": False, "variant": None, "despite_submissions": False, "validate": False} | {
            "leak_scan": True,
            "gradebook": False,
            "weights": None,
            "fingerprints": None,
        }
        try:
            release("tiny", course=course, **(chosen | options))  # type: ignore[arg-type]
        except typer.Exit as ended:
            return int(ended.exit_code)
        return 0

    return call
