"""What is put to the grader, read from a course: right programs, wrong ones, mutants and their proofs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.certify import mutants
from autograder.certify.misplaced import Later, later
from autograder.certify.mutants import Mutant
from autograder.course import assignment as assignments
from autograder.course import corpus, folders, toml
from autograder.course.assignment import Assignment
from autograder.course.dependencies import cells_for, exercises_in_code
from autograder.errors import CourseError
from autograder.model import Notebook

Kind = Literal["solutions", "mistakes", "mutants"]
KINDS: tuple[Kind, ...] = ("solutions", "mistakes", "mutants")
SOURCE = "the source notebook"
FIELDS = ("function", "operator", "place", "becomes", "proof")


@dataclass(frozen=True)
class Subject:
    """One program. `notebooks`: exercise -> the cells that this exercise needs, the program's own among them.

    named   EXERCISE/CHECK that a mistake says it is caught by
    later   the exercises that use those which a mistake is in, and must not lose points by it
    proof   why a mutant is right by the contract all the same; None for programs that have to fall, or are no mutants
    """

    kind: Kind
    name: str
    says: str
    notebooks: tuple[tuple[str, Notebook], ...]
    named: str | None = None
    proof: str | None = None
    later: tuple[Later, ...] = ()


@dataclass(frozen=True)
class Proof:
    """An entry of equivalent.toml: mutants of this function, operator and place (becomes None: all of them) are right."""

    function: str
    operator: str
    place: str
    becomes: str | None
    proof: str

    def covers(self, mutant: Mutant) -> bool:
        """Ask whether the proof is about this mutant."""
        mine = (self.function, self.operator, self.place)
        there = (mutant.function, mutant.operator, mutant.place)
        return mine == there and self.becomes in (None, mutant.becomes)


@dataclass(frozen=True)
class Subjects:
    """`stale`: proofs of mutants that do not exist (any more). `left_out`: exercises that no code solves."""

    assignment: Assignment
    exercises: tuple[str, ...]
    all: tuple[Subject, ...]
    stale: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def of_course(course: Path, name: str, kinds: Sequence[Kind] = KINDS) -> Subjects:
    """Read an assignment as this term's students have it, and its programs in corpus/NAME/.

    name    the assignment's
    kinds   which programs are read: solutions, mistakes, mutants

    Puts the checks of `course` in use. Raises CourseError that names the file.
    """
    source = assignments.of_course(course, name)
    exercises = exercises_in_code(source.notebook)
    found: list[Subject] = []
    stale: tuple[str, ...] = ()
    if "solutions" in kinds:
        found.append(_right(source.notebook, exercises, SOURCE, "The course's own solution.", {}))
        for program in corpus.read_all(folders.programs(course, name, "solutions")):
            found.append(
                _right(source.notebook, tuple(program.cells), program.name, program.says, program.cells)
            )
    if "mistakes" in kinds:
        found += [
            _wrong(source.notebook, each)
            for each in corpus.read_all(folders.programs(course, name, "mistakes"))
        ]
    if "mutants" in kinds:
        proofs = read_proofs(folders.programs(course, name, "equivalent"))
        made = mutants.of_notebook(source.notebook)
        found += [_mutant(source.notebook, each, proofs) for each in made]
        stale = tuple(
            f"{proof.function}, {proof.operator}: {proof.place}"
            for proof in proofs
            if not any(proof.covers(each) for each in made)
        )
    graded = [each.name for each in source.exercises if not each.manual]
    left_out = tuple(each for each in graded if each not in exercises)
    return Subjects(source, exercises, tuple(found), stale, left_out)


def _right(source: Notebook, exercises: Iterable[str], name: str, says: str, cells: Any) -> Subject:
    whole = corpus.as_notebook(source, cells)
    return Subject("solutions", name, says, tuple((each, cells_for(whole, [each])) for each in exercises))


def _wrong(source: Notebook, program: corpus.Program) -> Subject:
    if program.caught_by is None or "/" not in program.caught_by:
        raise CourseError(
            f"The mistake {program.name} does not name the check that must catch it.",
            remedy="Put `caught by: EXERCISE/CHECK` into its docstring.",
            file=f"{program.name}.py",
        )
    exercise = program.caught_by.split("/")[0]
    whole = corpus.as_notebook(source, program.cells)
    notebook = cells_for(whole, [exercise])
    behind = later(program.cells, whole, source)
    return Subject(
        "mistakes", program.name, program.says, ((exercise, notebook),), program.caught_by, later=behind
    )


def _mutant(source: Notebook, mutant: Mutant, proofs: Sequence[Proof]) -> Subject:
    notebook = cells_for(corpus.as_notebook(source, {mutant.exercise: mutant.source}), [mutant.exercise])
    proof = next((each.proof for each in proofs if each.covers(mutant)), None)
    return Subject("mutants", mutant.name, as_entry(mutant), ((mutant.exercise, notebook),), None, proof)


def as_entry(mutant: Mutant) -> str:
    """Write the mutant as an entry of equivalent.toml, waiting for its proof."""
    lines = ["[[equivalent]]"]
    for name in FIELDS:
        text = getattr(mutant, name, "")
        quoted = f"'''{text}'''" if "\n" in text or "'" in text else f"'{text}'"
        lines.append(f"{name} = {quoted}")
    return "\n".join(lines)


def read_proofs(path: Path) -> tuple[Proof, ...]:
    """Read the entries of equivalent.toml; none where there is no file. Raises CourseError that names the entry."""
    if not path.is_file():
        return ()
    document = toml.read(path)
    return tuple(_proof(entry, i, path) for i, entry in enumerate(document.get("equivalent", ())))


def _proof(entry: Any, number: int, path: Path) -> Proof:
    wanted = [name for name in FIELDS if name != "becomes"]
    fits = isinstance(entry, dict) and not set(entry) - set(FIELDS)
    if not fits or not all(isinstance(entry.get(name), str) and entry[name].strip() for name in wanted):
        raise CourseError(
            f"Entry number {number + 1} cannot be read.",
            remedy=f"Give it {', '.join(wanted)}, and becomes where only one mutant of the place is meant.",
            file=str(path),
        )
    return Proof(*(entry.get(name) for name in FIELDS))
