"""Where an assignment's parts lie: in the checkout, or in a course directory with checks of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.release.wheel import ROOT


@dataclass(frozen=True)
class Places:
    """Staff's files of one assignment: those of the course, and those of the checkout that it is graded with."""

    checks: tuple[Path, ...]
    hidden: tuple[Path, ...]
    solutions: tuple[Path, ...]
    mistakes: tuple[Path, ...]
    reference: tuple[Path, ...]


def of(course: Path, assignment: str) -> Places:
    """The files that there are."""

    def python(*folders: Path) -> tuple[Path, ...]:
        return tuple(path for folder in _first(folders) for path in sorted(folder.rglob("*.py")))

    return Places(
        checks=python(course / "checks" / assignment, ROOT / "autograder" / "checks" / assignment),
        hidden=python(course / "hidden" / assignment, ROOT / "autograder" / "hidden" / assignment),
        solutions=python(course / "solutions" / assignment, ROOT / "tests" / "solutions" / assignment),
        mistakes=python(course / "mistakes" / assignment, ROOT / "tests" / "mistakes" / assignment),
        reference=python(ROOT / "reference"),
    )


def _first(folders: Iterable[Path]) -> list[Path]:
    """The course's own folder, if it has one; otherwise ours."""
    return [folder for folder in folders if folder.is_dir()][:1]
