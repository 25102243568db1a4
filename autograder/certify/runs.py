"""One program, one exercise, one seed: what is asked, and which checks it breaks."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.certify import misplaced
from autograder.certify.misplaced import Later
from autograder.certify.programs import Kind, Subject
from autograder.laws.registry import Check
from autograder.model import Notebook
from autograder.runner.judging import Finding, judge
from autograder.runner.plans import Plan, Planner
from autograder.sandbox.transport import Transport

ENDS_ALLOWED = 2  # how often a program may hang or crash before it is left alone
FORMAT = 2  # of the journal


@dataclass(frozen=True)
class Trial:
    """every: all checks are looked at, whatever falls; otherwise the first one that falls ends it.

    named   the check that is asked first
    later   an exercise behind the one that a mistake is in, which must not lose points by it
    """

    kind: Kind
    name: str
    exercise: str
    seed: int
    notebook: Notebook
    every: bool
    named: str | None = None
    later: Later | None = None

    @property
    def key(self) -> str:
        """Names the trial by what decides its outcome: code, inputs, checks. What is called otherwise is done anew."""
        cells = [cell.source for cell in self.notebook.cells]
        what: list[object] = [FORMAT, self.exercise, self.seed, cells, self.every, self.named]
        if self.later is not None:
            what.append([[cell.grade_id, cell.source] for cell in self.later.solutions])
        return _digest(what)


@dataclass(frozen=True)
class Look:
    """What came of a trial. `fell`: check -> (verdict, number of the example at which it broke). `seconds` are of CPU time,
    on both sides of the boundary."""

    fell: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    checks: int = 0
    seconds: float = 0.0


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:24]


def planned(
    subjects: Iterable[Subject], checked: Sequence[str], seeds: Sequence[int], *, every: bool = False
) -> list[Trial]:
    """List all trials: right programs and mistakes under every seed, mutants under the first.

    subjects   the programs
    checked    the exercises that have checks
    every      True: all checks look at every program

    Mistakes are looked at by all checks under the first seed, for the matrix. Under the other `seeds` a mistake only has to
    fall, and so has a mutant, unless `every` is set. Exercises that use the one a mistake is in are asked under the first seed.
    """
    trials = []
    for subject in subjects:
        for exercise, notebook in subject.notebooks:
            if exercise not in checked:
                continue
            for i, seed in enumerate(seeds if subject.kind != "mutants" else seeds[:1]):
                whole = subject.kind == "solutions" or (subject.kind == "mistakes" and i == 0) or every
                named = None if whole or subject.named is None else subject.named.split("/")[1]
                trials.append(Trial(subject.kind, subject.name, exercise, seed, notebook, whole, named))
        for each in subject.later:
            if each.exercise in checked:
                trials.append(
                    Trial(
                        subject.kind, subject.name, each.exercise, seeds[0], each.notebook, True, later=each
                    )
                )
    return trials


def look(trial: Trial, checks: Sequence[Check], planner: Planner, transport: Transport) -> Look:
    """Put the checks of the trial's exercise to its program; `planner` has their inputs, `transport` runs the program."""
    start = time.process_time()
    fell: dict[str, tuple[str, int]] = {}
    mine = [check for check in checks if check.exercise == trial.exercise]
    if trial.later is not None:
        lost = misplaced.broken(trial.later, mine, planner, transport)
        return _looked(dict.fromkeys(lost, ("falsified", 1)), len(mine), start, transport)
    mine.sort(key=lambda check: check.name != trial.named)
    transport.run(trial.notebook)
    ends = looked = 0
    for check in mine:
        looked += 1
        found = _first_broken(planner.plan(check), transport)
        if found is None:
            continue
        index, finding = found
        fell[check.name] = (finding.verdict, index + 1)
        ends += finding.verdict in ("timed_out", "crashed")
        if not trial.every or ends >= ENDS_ALLOWED:
            break
    return _looked(fell, looked, start, transport)


def _looked(fell: Mapping[str, tuple[str, int]], checks: int, start: float, transport: Transport) -> Look:
    usage = getattr(transport, "usage", None)
    seconds = time.process_time() - start + (usage.cpu_seconds if usage is not None else 0.0)
    return Look(fell, checks, round(seconds, 3))


def _first_broken(plan: Plan, transport: Transport) -> tuple[int, Finding] | None:
    outcomes = transport.answer(plan.batch)
    start = 0
    for index, law in enumerate(plan.laws):
        finding = judge(law, outcomes[start : start + len(law.calls)])
        if finding is not None:
            return index, finding
        start += len(law.calls)
    return None
