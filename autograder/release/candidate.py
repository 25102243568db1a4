"""One assignment of one course, read once for everything that a release does with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder import nbgrader_bridge
from autograder.classroom import kept
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
from autograder.runner import Grader, kept_inputs, naming, plans
from autograder.runner.naming import Namer, making
from autograder.runner.naming.making import Made
from autograder.runner.plans import Planner
from autograder.sandbox.jailed import Sandbox

Known = Mapping[str, Made]  # exercise -> what its fingerprints were made of


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

    @cached_property
    def students_inputs(self) -> Planner:
        """The inputs that students check themselves with, drawn once."""
        return plans.of_students(kept_inputs.of_course(self.course))

    @property
    def final(self) -> Path:
        """The release folder, where nbgrader expects it."""
        return nbgrader_bridge.release_directory(self.course, self.name)

    def known_mistakes(
        self, note: Callable[[str], object], progress: Callable[[str], None] = lambda name: None
    ) -> Known:
        """Ask the programs of the corpus, in a sandbox, and return what fingerprints are made of; nothing where there are no mistakes.

        note       is told of a program that cannot be read
        progress   is told the exercise that comes next
        """
        programs = naming.if_readable(self.course, self.assignment, note)
        if programs is None or not any(programs.mistakes.values()):
            return {}
        namer = Namer(programs, kept.answers(self.course, self.name))
        checks = registry.load(self.name)
        with Sandbox(simulate_gpu=False) as sandbox:
            Grader(self.assignment, self.settings, sandbox, checks=checks, namer=namer)
            return making.of_assignment(namer, checks, self.students_inputs, progress)

    def build(self, more: Mapping[str, bytes] | None = None) -> Release:
        """Make the release, with `more` files by name; write nothing. Raises CourseError or UsageError."""
        return building.build(
            self.course, self.name, self.source, self.data, self.stub, self.recipe, self.variant, more
        )

    def leaks(self, release: Release, known: Known | None = None) -> list[Finding]:
        """Return all findings of the leak scan of a `release`; `known` is what its fingerprints were made of."""
        own = leaks.Fingerprints(self.name, registry.load(self.name), self.students_inputs, known or {})
        return [
            *own.findings(release.files, self.secrets),
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
