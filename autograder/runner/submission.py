"""One submission from file to score, on any transport. Never raises for a submission's sake."""

from __future__ import annotations

import importlib.metadata
import platform
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from autograder.course.assignment import Assignment, match
from autograder.course.settings import Settings
from autograder.errors import FewlabelsError, NotebookError
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import (
    Cause,
    CellResult,
    CheckResult,
    Failure,
    Graded,
    Limits,
    NamedMistake,
    Notebook,
    Score,
)
from autograder.runner import at_check, follow_on, lost_cells, other_assignment, scoring
from autograder.runner.causes import Trail
from autograder.runner.exercises import Progress, run_exercises
from autograder.runner.kept_inputs import KeptInputs
from autograder.runner.naming import Naming
from autograder.runner.plans import Planner
from autograder.runner.preparing import prepare
from autograder.sandbox.transport import Transport
from autograder.submission import beside, notebook, receipts, trained_weights
from autograder.submission.beside import Beside
from autograder.version import __version__

# How kernels of other languages are called, up to the version. Any other name may be a Python environment's.
OTHER_LANGUAGES = ("ir", "julia", "bash", "javascript")


class Boundary(Protocol):
    """What makes transports: `sandbox.jailed.Sandbox`, or a stand-in that runs in process."""

    name: str

    def session(self, limits: Limits) -> Transport:
        """Return a submission's place behind the boundary."""


@lru_cache
def versions() -> Mapping[str, str]:
    """Return package -> version of what makes results: ours, Python, torch, numpy, hypothesis."""
    packages = ("torch", "numpy", "hypothesis")
    found = {name: importlib.metadata.version(name) for name in packages}
    return {"fewlabels": __version__, "python": platform.python_version(), **found}


@dataclass(frozen=True)
class Known:
    """What earlier gradings of the same submission found: exercise -> results that are still good, their causes and names, and
    what the cells put out, in which sandbox."""

    results: Mapping[str, tuple[CheckResult, ...]]
    cells: tuple[CellResult, ...] = ()
    sandbox: str = ""
    causes: Mapping[str, tuple[Cause, ...]] = field(default_factory=dict)
    named: Mapping[str, tuple[NamedMistake, ...]] = field(default_factory=dict)


class Grader:
    """Grades submissions of one assignment: draws its checks once, and puts them to each."""

    def __init__(
        self,
        assignment: Assignment,
        settings: Settings,
        boundary: Boundary,
        *,
        hidden: bool = True,
        checks: Sequence[Check] | None = None,
        planner: Planner | None = None,
        kept: KeptInputs | None = None,
        namer: Naming | None = None,
    ) -> None:
        self.assignment = assignment
        self.settings = settings
        self.boundary = boundary
        self.checks = tuple(checks) if checks is not None else registry.load(assignment.name, hidden=hidden)
        if checks is None:
            match(assignment, self.checks)
        self.planner = planner or Planner(settings.seed, settings, kept)
        self.namer = namer
        if namer is not None:
            namer.prepare(boundary.session, settings.limits, repr((sorted(versions().items()), self.device)))
        keep_ready = getattr(boundary, "keep_ready", None)  # only a sandbox has something to gain
        if keep_ready is not None:
            keep_ready(assignment.data)

    @property
    def device(self) -> str:
        """Where tensors live: "cpu", or "cuda"."""
        return str(getattr(self.boundary, "device", "cpu"))

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names of the exercises that checks look at, in the order of the checks."""
        return tuple(dict.fromkeys(check.exercise for check in self.checks))

    def prepare(self, progress: Callable[[Check], None] | None = None) -> None:
        """Draw the inputs of all checks now, instead of at the first submission."""
        for check in self.checks:
            if progress is not None:
                progress(check)
            if "weights" not in check.runner_parameters:
                _ = self.planner.plan(check).batch.encoded

    def beside(self, path: Path) -> Beside:
        """Return what the cells of the notebook at `path` find beside it, the course's own files apart."""
        if getattr(self.boundary, "in_place", False):  # they run in that very folder
            return Beside()
        return beside.read(path, self.weights_file)

    @property
    def weights_file(self) -> str:
        """The name of the file of trained weights."""
        return f"{self.assignment.name}.safetensors"

    def grade(
        self,
        path: Path,
        student: str,
        progress: Progress | None = None,
        *,
        known: Known | None = None,
        files: Beside | None = None,
    ) -> Graded:
        """Grade the notebook at `path`, which `student` submitted; never raises.

        progress   is told of each check
        known      exercises whose results are known are not looked at again; where all of them are, nothing runs
        files      what lies beside it, where somebody has read that already

        An error of any kind becomes an ungraded score that says so.
        """
        start = time.perf_counter()
        document = None
        files = (self.beside(path) if files is None else files).giving_way(self.assignment.files)
        try:
            document = notebook.read(path)
            submission = prepare(document, self.assignment.notebook)
            submission = replace(
                submission,
                files={**files.files, **self.assignment.files},
                notes=(*submission.notes, *files.notes()),
            )
            self._refuse_other_languages(submission)
            other_assignment.refuse(document, self.assignment)
            graded = self._graded(document, submission, path, student, progress, start, known or Known({}))
        except FewlabelsError as error:
            graded = self.ungraded(student, error.failure())
        except Exception as error:
            traceback.print_exc()  # the supervisor's own bug: staff need the whole story
            what = f"The grader failed ({type(error).__name__}: {error})."
            graded = self.ungraded(
                student, Failure("grader", what, "Report it; grade this submission again.", file=path.name)
            )
        return self._with_receipt(graded, path, document, files)

    def ungraded(self, student: str, failure: Failure, *, read: Path | None = None) -> Graded:
        """Return a result without a score for `student`, because of `failure`.

        `read` is the notebook that there is all the same.
        """
        graded = Graded(
            self._score(student, status="ungraded", score=None, pending_points=0.0, error=failure)
        )
        return graded if read is None else self._with_receipt(graded, read, None, self.beside(read))

    def _with_receipt(self, graded: Graded, path: Path, document: Notebook | None, files: Beside) -> Graded:
        receipt = receipts.of((path, path.parent / self.weights_file), document, files.files)
        return replace(graded, score=replace(graded.score, receipt=receipt))

    def _refuse_other_languages(self, submission: Notebook) -> None:
        if submission.kernel.lower().split("-")[0] in OTHER_LANGUAGES:
            raise NotebookError(
                f"The notebook asks for the kernel {submission.kernel}.",
                remedy="Choose a Python 3 kernel, run the notebook again, and submit it.",
                file=submission.path,
            )

    def _graded(
        self,
        document: Notebook,
        submission: Notebook,
        path: Path,
        student: str,
        progress: Progress | None,
        start: float,
        known: Known,
    ) -> Graded:
        checks = [check for check in self.checks if check.exercise not in known.results]
        if not checks:
            sandbox = known.sandbox or self.boundary.name
            submission = replace(submission, notes=(*submission.notes, *lost_cells.notes(known.cells)))
            score = self._scored(student, submission, known.results, known.causes, known.named, sandbox)
            return Graded(score, known.cells)
        weights = trained_weights.read(path.parent / self.weights_file)
        transport = self.boundary.session(self.settings.limits)
        try:
            cells = transport.run(submission)
            ran = time.perf_counter()
            smallest: dict[str, Any] = {}
            found = run_exercises(
                checks, transport, self.planner, weights=weights, progress=progress, smallest=smallest
            )
            found, rebound = at_check.judged_again(
                checks, found, submission, transport, self.planner, weights
            )
            named = {**known.named, **self._named(found, rebound, submission, transport, smallest)}
            results = {name: found.get(name) or known.results[name] for name in self.exercises}
            followed: Mapping[str, Cause] = {}
            if self.settings.follow_on:  # last: from here on the child may hold solutions
                results, followed = follow_on.judged_again(
                    checks, results, self.assignment, submission, transport, self.planner, weights
                )
                named = {name: each for name, each in named.items() if name not in followed}
            sandbox = transport.name
        finally:
            transport.close()
        submission = replace(submission, notes=(*submission.notes, *lost_cells.notes(cells)))
        trail = Trail(submission, cells, document, self.assignment.notebook)
        causes = dict(known.causes)
        for name in found:
            told = (each[name] for each in (followed, rebound) if name in each)
            causes[name] = (*told, *trail.of_exercise(name, results[name]))
        score = self._scored(student, submission, results, causes, named, sandbox)
        usage = getattr(transport, "usage", None)
        seconds = {
            "cells": ran - start,
            "checks": time.perf_counter() - ran,
            "total": time.perf_counter() - start,
            **({"student_cpu": usage.cpu_seconds} if usage is not None else {}),
        }
        return Graded(score, _own_cells(cells), seconds)

    def _named(
        self,
        found: Mapping[str, tuple[CheckResult, ...]],
        rebound: Mapping[str, Cause],
        submission: Notebook,
        transport: Transport,
        smallest: Mapping[str, Any],
    ) -> Mapping[str, tuple[NamedMistake, ...]]:
        """The known mistakes that exercises have; those that were judged as they stood at their check are not asked again."""
        if self.namer is None:
            return {}
        here = {name: each for name, each in found.items() if name not in rebound}
        hidden = self.settings.reveal == "counterexample"
        return self.namer.names(
            self.checks, here, submission, transport, self.planner, smallest, hidden=hidden
        )

    def _scored(
        self,
        student: str,
        submission: Notebook,
        results: Mapping[str, Sequence[CheckResult]],
        causes: Mapping[str, tuple[Cause, ...]],
        named: Mapping[str, tuple[NamedMistake, ...]],
        sandbox: str,
    ) -> Score:
        exercises = tuple(
            replace(each, causes=causes.get(each.name, ()), named=named.get(each.name, ()))
            for each in scoring.exercise_results(self.assignment, results)
        )
        status, points, pending = scoring.totals(exercises)
        return self._score(
            student,
            status=status,
            score=points,
            pending_points=pending,
            exercises=exercises,
            sandbox=sandbox,
            notes=submission.notes,
        )

    def _score(self, student: str, **fields: object) -> Score:
        base: dict[str, object] = {
            "assignment": self.assignment.name,
            "student": student,
            "max_score": self.assignment.max_score,
            "seed": self.settings.seed,
            "sandbox": self.boundary.name,
            "device": getattr(self.boundary, "device", "cpu"),
            "versions": versions(),
        }
        return Score(**{**base, **fields})  # type: ignore[arg-type]


def _own_cells(cells: Sequence[CellResult]) -> tuple[CellResult, ...]:
    """Without the injected cell, which is in no file."""
    return tuple(cell for cell in cells if cell.index >= 0)
