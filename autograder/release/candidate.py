"""One assignment of one course, read once for everything that a release does with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder import nbgrader_bridge
from autograder.course import assignment as assignments
from autograder.course import folders, settings, variants
from autograder.course.assignment import Assignment
from autograder.course.folders import StaffFiles
from autograder.course.settings import Settings
from autograder.course.variants import Recipe
from autograder.errors import UsageError
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.release import building, leaks, notebook, requirements
from autograder.release.building import Release
from autograder.release.leaks import Finding, Secrets
from autograder.release.validating import Validation
from autograder.runner import kept_inputs


@dataclass(frozen=True)
class Candidate:
    """`variant`: that of the command line, or else of the course's settings."""

    course: Path
    name: str
    source: Path
    settings: Settings
    variant: int | None

    @cached_property
    def data(self) -> bytes:
        """The source notebook's file."""
        return self.source.read_bytes()

    @cached_property
    def recipe(self) -> Recipe:
        """release.toml."""
        return variants.read(self.source)

    @cached_property
    def assignment(self) -> Assignment:
        return assignments.made(self.data, self.source, self.name, self.recipe, self.variant)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        return registry.load(self.name, hidden=registry.hidden_installed())

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The source notebook as JSON."""
        return notebook.parsed(self.data, str(self.source))

    @cached_property
    def staff(self) -> StaffFiles:
        return folders.staff_files(self.course, self.name)

    @cached_property
    def secrets(self) -> Secrets:
        return leaks.collect(self.document, self.source, self.staff)

    @cached_property
    def stub(self) -> Mapping[str, Any]:
        """The student's notebook as JSON."""
        varied = notebook.varied(self.document, self.recipe, self.variant)
        stated = notebook.stated(varied, self.settings, requirements.pins(self.course))
        return notebook.student_version(stated, self.course, self.name, self.source.stem)

    @property
    def final(self) -> Path:
        """The release folder, where nbgrader expects it."""
        return nbgrader_bridge.release_directory(self.course, self.name)

    def build(self) -> Release:
        """Make the release; write nothing. Raises CourseError or UsageError."""
        return building.build(
            self.course, self.name, self.source, self.data, self.stub, self.recipe, self.variant
        )

    def leaks(self, release: Release) -> list[Finding]:
        """Return all findings of the leak scan."""
        return [
            *building.beside_the_source(self.source, self.recipe),
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
        """Return the validation of this assignment, ready to be run.

        `weights` are trained weights for the source; by default those of the course, if there are any.

        Raises UsageError where checks ask for weights and there are none: validating takes minutes, and would end there.
        """
        weights = weights or folders.trained_weights(self.course, self.name)
        checks = registry.load(self.name, hidden=registry.hidden_installed())
        if weights is None and any("weights" in check.runner_parameters for check in checks):
            raise UsageError(
                f"The checks of {self.name} ask for trained weights, and this course has none.",
                remedy=f"Run the source notebook, training included; it saves {self.name}.safetensors. Name this file with "
                f"--weights FILE, or put it at {folders.PROGRAMS['trained'][0].format(name=self.name)} in the course directory.",
                file=str(self.course),
            )
        return Validation(
            self.assignment,
            self.settings,
            self.source,
            self.stub,
            self.staff.checks,
            self.secrets,
            weights,
            kept_inputs.of_course(self.course),
        )


def of(course: Path, name: str, variant: int | None = None) -> Candidate:
    """Return the assignment `name` of a course directory, as a candidate for release.

    variant   the seed of its variant; None: the one that autograder.toml names, if it names one

    Raises UsageError or AssignmentError.
    """
    course = folders.require_course(course)
    source = folders.source(course, name)
    registry.use(course)
    decided = settings.read(course)
    return Candidate(course, name, source, decided, decided.variant if variant is None else variant)


def published(final: Path) -> dict[str, bytes]:
    """Read the files of the release that stands; none where there is none."""
    if not final.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(final.iterdir()) if path.is_file()}
