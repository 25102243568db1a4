"""One assignment of one course, read once for everything that a release does with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder import assignment as assignments
from autograder import nbgrader_bridge, registry, settings
from autograder.assignment import Assignment
from autograder.errors import AssignmentError, UsageError
from autograder.registry import Check
from autograder.release import building, leaks, notebook, places
from autograder.release.building import Release
from autograder.release.leaks import Finding, Secrets
from autograder.release.places import Places
from autograder.release.validating import Validation
from autograder.settings import Settings


@dataclass(frozen=True)
class Workpiece:
    """`variant`: that of the command line, or else of the course's settings."""

    course: Path
    name: str
    source: Path
    settings: Settings
    variant: int | None

    @cached_property
    def assignment(self) -> Assignment:
        return assignments.load(self.source, self.name, variant=self.variant)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        return registry.load(self.name, hidden=registry.hidden_installed())

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The source notebook as JSON."""
        return notebook.as_json(self.source)

    @cached_property
    def places(self) -> Places:
        return places.of(self.course, self.name)

    @cached_property
    def secrets(self) -> Secrets:
        return leaks.collect(self.document, self.source, self.places)

    @cached_property
    def stub(self) -> Mapping[str, Any]:
        """The student's notebook as JSON."""
        return notebook.student_version(self.source, self.course, self.name, self.variant)

    @property
    def final(self) -> Path:
        """The release folder, where nbgrader expects it."""
        return nbgrader_bridge.release_directory(self.course, self.name)

    def build(self) -> Release:
        return building.build(self.course, self.name, self.source, self.variant)

    def leaks(self, release: Release) -> list[Finding]:
        """All findings of the leak scan."""
        return [
            *building.beside_the_source(self.source),
            *leaks.everything(
                self.source.name,
                self.document,
                self.source.name,
                release.document,
                release.files,
                self.checks,
                self.secrets,
            ),
        ]

    def validation(self, weights: Path | None) -> Validation:
        """`weights`: trained weights for the source; default: COURSE/examples/NAME.safetensors, if that is there."""
        usual = self.course / "examples" / f"{self.name}.safetensors"
        return Validation(
            self.assignment,
            self.settings,
            self.source,
            self.stub,
            self.places.checks,
            self.secrets,
            weights or (usual if usual.is_file() else None),
        )


def of(course: Path, name: str, variant: int | None = None) -> Workpiece:
    """The assignment `name` of a course directory. Raises UsageError or AssignmentError."""
    course = course.resolve()
    if not course.is_dir():
        raise UsageError(
            "There is no such course directory.", remedy="Name it with --course DIR.", file=str(course)
        )
    if name != Path(name).name or name.startswith("."):
        raise AssignmentError("This is no name of an assignment.", remedy="Name it as its folder is called.")
    registry.use(course)
    decided = settings.read(course)
    source = assignments.find(course, name)
    return Workpiece(course, name, source, decided, decided.variant if variant is None else variant)


def standing(final: Path) -> dict[str, bytes]:
    """The files of the release that stands; none where there is none."""
    if not final.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(final.iterdir()) if path.is_file()}
