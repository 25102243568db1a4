"""The programs that names come from, read from a course: right ones and mistakes, each with the cells that its exercise needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course import corpus, folders
from autograder.course.assignment import Assignment
from autograder.course.dependencies import cells_for
from autograder.errors import CourseError
from autograder.model import Notebook

SOURCE = "the source notebook"


@dataclass(frozen=True)
class KnownProgram:
    """One program, as far as one exercise is concerned.

    says      of a mistake: what a program does that has it, to follow "a program that"
    vouched   the sentence was written for this: it is true of every program with the same answers
    """

    name: str
    notebook: Notebook
    says: str = ""
    vouched: bool = False


@dataclass(frozen=True)
class KnownPrograms:
    """exercise -> its right programs, the source notebook's first, and its mistakes. Plain data, which may travel."""

    right: Mapping[str, tuple[KnownProgram, ...]]
    mistakes: Mapping[str, tuple[KnownProgram, ...]]


def of_course(course: Path, assignment: Assignment) -> KnownPrograms:
    """Read the programs of an assignment from corpus/NAME/ of `course`; none where there are none.

    Raises CourseError that names a file which cannot be read.
    """
    mistakes: dict[str, list[KnownProgram]] = {}
    for program in _read(course, assignment.name, "mistakes"):
        exercise = (program.caught_by or "").split("/")[0]
        if exercise in program.cells:
            notebook = _for_exercise(assignment, exercise, program.cells)
            says, vouched = program.sentence
            mistakes.setdefault(exercise, []).append(KnownProgram(program.name, notebook, says, vouched))
    right: dict[str, list[KnownProgram]] = {
        exercise: [KnownProgram(SOURCE, _for_exercise(assignment, exercise, {}))] for exercise in mistakes
    }
    for program in _read(course, assignment.name, "solutions"):
        for exercise in program.cells:
            if exercise in right:
                notebook = _for_exercise(assignment, exercise, program.cells)
                right[exercise].append(KnownProgram(program.name, notebook))
    return KnownPrograms(_frozen(right), _frozen(mistakes))


def if_readable(course: Path, assignment: Assignment, note: Callable[[str], object]) -> KnownPrograms | None:
    """Return the programs of an `assignment` of the `course`, or None where one cannot be read, of which `note` is told.

    Names earn nothing: a file of theirs stops nobody's grading.
    """
    try:
        return of_course(course, assignment)
    except CourseError as error:
        note(f"No mistake is named. {error}")
        return None


def _read(course: Path, name: str, kind: str) -> Iterable[corpus.Program]:
    return corpus.read_all(folders.programs(course, name, kind))


def _for_exercise(assignment: Assignment, exercise: str, cells: Mapping[str, str]) -> Notebook:
    whole = corpus.as_notebook(assignment.notebook, cells)
    return cells_for(whole, [exercise])


def _frozen(programs: Mapping[str, list[KnownProgram]]) -> dict[str, tuple[KnownProgram, ...]]:
    return {exercise: tuple(each) for exercise, each in programs.items()}
