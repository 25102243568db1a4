"""Names for a submission: asks it what known mistakes were asked, where it lost points, and says whose answers it has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from autograder.course.dependencies import cells_for
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law
from autograder.model import CheckResult, Limits, NamedMistake, Notebook, Outcome, Returned
from autograder.runner.naming import aspects, probes
from autograder.runner.naming.answering import Answers, Session, ask
from autograder.runner.naming.deciding import IN_PART, SAYS, Candidate, Ground, Name, names, worth_asking
from autograder.runner.naming.probes import Probes
from autograder.runner.naming.programs import KnownProgram, KnownPrograms
from autograder.runner.plans import Planner
from autograder.sandbox.transport import Batch, Transport

Smallest = Mapping[
    str, tuple[Check, Law, Sequence[Outcome]]
]  # exercise -> whose input is shown, and its answers


class Naming(Protocol):
    """Names what a submission does: `Namer` from the programs of a course, a student's own from fingerprints."""

    def digest(self, exercise: str) -> str:
        """Return what the names of an exercise depend on beside checks, seed and engine, as a digest."""
        ...

    def prepare(self, session: Session, limits: Limits, where: str) -> None:
        """Take note of how programs are run: in children of `session`, under `limits`; `where` is part of what is kept."""
        ...

    def names(
        self,
        checks: Iterable[Check],
        results: Mapping[str, Sequence[CheckResult]],
        submission: Notebook,
        transport: Transport,
        planner: Planner,
        smallest: Smallest,
        *,
        hidden: bool,
    ) -> dict[str, tuple[NamedMistake, ...]]:
        """Return exercise -> what its programs were found to do, for exercises in which a law broke.

        checks, results   the submission's, by exercise
        submission        the notebook
        transport         has run it
        planner           has the inputs
        smallest          the law whose input is shown, where there is one
        hidden            whether hidden checks may ask
        """
        ...


class Namer:
    """Knows the programs of one assignment.

    programs   right ones and mistakes
    folder     where their answers are kept between runs; None: nowhere
    """

    def __init__(self, programs: KnownPrograms, folder: Path | None = None) -> None:
        self.programs = programs
        self.folder = folder
        self._answers: Answers | None = None
        self._grounds: dict[tuple[str, bytes], tuple[Ground, tuple[Candidate, ...]]] = {}

    def digest(self, exercise: str) -> str:
        """Return what the names of an exercise depend on beside checks, seed and engine, as a digest."""
        whole = hashlib.sha256()
        for kind in (self.programs.right, self.programs.mistakes):
            for one in kind.get(exercise, ()):
                text = [one.name, one.says, one.vouched, [cell.source for cell in one.notebook.code]]
                whole.update(repr(text).encode("utf-8", "surrogatepass"))
        return whole.hexdigest()

    def prepare(self, session: Session, limits: Limits, where: str) -> None:
        """Take note of how known programs are run: in children of `session`, under `limits`; `where` is part of what is kept."""
        if self._answers is None:
            self._answers = Answers(session, limits, self.folder, where)

    def names(
        self,
        checks: Iterable[Check],
        results: Mapping[str, Sequence[CheckResult]],
        submission: Notebook,
        transport: Transport,
        planner: Planner,
        smallest: Smallest,
        *,
        hidden: bool,
    ) -> dict[str, tuple[NamedMistake, ...]]:
        """Return exercise -> what its programs were found to do, for exercises in which a law broke.

        results     of the submission, by exercise
        submission  the notebook
        transport   has run it; it is left in a child that has answered
        planner     has the inputs
        smallest    the law whose input is shown, where there is one
        hidden      whether hidden checks may ask
        """
        found: dict[str, tuple[NamedMistake, ...]] = {}
        broken = {name for name, mine in results.items() if not all(each.verdict == "holds" for each in mine)}
        asked = [
            name
            for name, mine in results.items()
            if self._worth_asking(name, mine) and not _built_on(submission, name, broken)
        ]
        if not asked:
            return found
        transport.renew(whole=False)
        gpu = transport.no_gpu() is None
        for name in asked:
            mine = [check for check in checks if check.exercise == name]
            wanted = probes.of_exercise(mine, planner, hidden=hidden, gpu=gpu)
            outcomes = ask(transport, wanted)
            if len(outcomes) < len(wanted.calls):
                transport.renew(whole=False)  # whatever hangs is told by its law
                continue
            said = self.decide(name, wanted, aspects.cells(wanted.calls, outcomes))
            shown = smallest.get(name)
            if shown is not None and shown[0].visibility == "hidden" and not hidden:
                shown = None
            if said and all(self._confirmed(name, each, shown) for each in said):
                found[name] = tuple(NamedMistake(_sentence(each, len(said)), each.mistakes) for each in said)
        return found

    def decide(self, exercise: str, wanted: Probes, answers: aspects.Cells) -> tuple[Name, ...]:
        """Return what a program of `exercise` is named by that gave these `answers` to the probes, `wanted`."""
        ground, mistakes = self.ground(exercise, wanted)
        return names(answers, ground, mistakes)

    def ground(self, exercise: str, wanted: Probes) -> tuple[Ground, tuple[Candidate, ...]]:
        """Return what right programs and mistakes of `exercise` answer to the probes, `wanted`."""
        key = (exercise, wanted.digest)
        if key not in self._grounds:
            ground = Ground.of([self.answers(each, wanted) for each in self.programs.right[exercise]])
            mistakes = [(each, self.answers(each, wanted)) for each in self.programs.mistakes[exercise]]
            self._grounds[key] = (
                ground,
                tuple(
                    Candidate(each.name, each.says, each.vouched, found, ground.wrong(found))
                    for each, found in mistakes
                ),
            )
        return self._grounds[key]

    def _worth_asking(self, exercise: str, results: Sequence[CheckResult]) -> bool:
        return worth_asking(results) and bool(self.programs.mistakes.get(exercise))

    def answers(self, program: KnownProgram, wanted: Probes) -> aspects.Cells:
        """Return what a known `program` answers to the probes, `wanted`: in every call, or as far as it lives."""
        assert self._answers is not None, "prepare comes first"
        return self._answers.of(program.notebook, wanted)

    def _confirmed(
        self, exercise: str, name: Name, smallest: tuple[Check, Law, Sequence[Outcome]] | None
    ) -> bool:
        """Whether the mistakes answer the same on the input that is shown, in the aspects that they explain."""
        if smallest is None:
            return True
        check, law, outcomes = smallest
        if not any(isinstance(each, Returned) for each in outcomes):
            return True  # nothing came back that could differ: how calls end was compared before
        shown = Probes((Batch(law.calls, check.seconds),))
        student = aspects.cells(law.calls, outcomes)
        assert self._answers is not None
        for each in self.programs.mistakes[exercise]:
            if each.name not in name.mistakes:
                continue
            theirs = self._answers.fresh(each.notebook, shown)
            for cell in {*student, *theirs}:
                if cell[0] in name.aspects and not aspects.alike(student.get(cell), theirs.get(cell)):
                    return False
        return True


def _built_on(submission: Notebook, exercise: str, broken: Iterable[str]) -> set[str]:
    """The other broken exercises that an exercise uses: its answers are theirs as much as its own."""
    needed = cells_for(submission, [exercise]).cells
    return {str(cell.grade_id) for cell in needed if cell.solution} & set(broken) - {exercise}


def _sentence(name: Name, of: int) -> str:
    return (SAYS if of == 1 else IN_PART).format(name.says)
