"""An attack, graded for real beside two honest submissions; and the rule that every attack is held to.

The score is no higher than the same notebook's without the attack, other submissions' results are byte-identical, the grader
lives, nothing outside of the attacker's scratch has changed, and the report says what happened.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.feedback.json import to_json
from autograder.model import CheckResult, Graded, Limits, Returned
from autograder.runner import Grader
from autograder.sandbox.jail.profile import UNSANDBOXED
from autograder.sandbox.jailed import Sandbox
from tests.hostile import course
from tests.hostile.attacks import Attack
from tests.hostile.world import World
from tests.sandbox.sessions import call, descendants, living, notebook, soon

NEIGHBOUR = """
import os
secret = {secret!r}
open("mine", "w").write(secret)
def here(): return os.getcwd()
def look(): return [secret, os.listdir(), open("mine").read(), os.getpriority(os.PRIO_PROCESS, 0)]
"""


@dataclass(frozen=True)
class Seen:
    """How one attack went. `tries`: how each of its tries ended, "done" where it ended well."""

    graded: Graded
    tries: tuple[str, ...]
    outputs: str
    other: str  # the result of the honest submission that was graded at the same time
    neighbour: Any  # what the living neighbour says of itself
    touched: tuple[str, ...] = field(default=())

    @property
    def checks(self) -> dict[str, CheckResult]:
        return {
            f"{exercise.name}/{check.name}": check
            for exercise in self.graded.score.exercises
            for check in exercise.checks
        }


class Arena:
    def __init__(self, sandbox: Sandbox, limits: Limits = course.LIMITS) -> None:
        self.sandbox = sandbox
        self.folder = Path(tempfile.mkdtemp(prefix="fewlabels-arena-"))
        self.world = World(sandbox._spawner.profile.uid)
        self.grader: Grader = course.grader(sandbox, limits)
        self.grader.prepare()
        self.neighbour = sandbox.session(course.LIMITS)
        self.neighbour.run(notebook(NEIGHBOUR.format(secret=self.world.secret)))
        place = call(self.neighbour, "here")
        assert isinstance(place, Returned), place
        self.facts = self.world.facts(sandbox._spawner.pid, place.value)
        self.at_home = self.ask()
        self.honest = course.hand_in(
            self.folder / "honest", course.document((course.RIGHT_DOUBLE, course.RIGHT_CENTRE))
        )
        self.other = to_json(self.grader.grade(self.honest, "honest").score)
        twin = course.hand_in(self.folder / "twin", course.document())
        self.twin = self.grader.grade(twin, "twin").score
        self.zygote = sandbox._spawner.pid
        self.world.touched()

    def __enter__(self) -> Arena:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.neighbour.close()
        self.world.close()
        shutil.rmtree(self.folder)

    def ask(self) -> Any:
        outcome = call(self.neighbour, "look")
        return outcome.value if isinstance(outcome, Returned) else outcome

    def grade(self, attack: Attack) -> Seen:
        """Grades the attack, and at the same time an honest submission in the same sandbox."""
        path = course.hand_in(self.folder / "attack", attack.made(self.facts))
        others: list[str] = []
        self.before = descendants(
            os.getpid()
        )  # the jail, the neighbour, and what other tests of this process keep

        def grade_other() -> None:
            others.append(to_json(course.grader(self.sandbox).grade(self.honest, "honest").score))

        beside = threading.Thread(target=grade_other)
        beside.start()
        graded = self.grader.grade(path, "attacker")
        beside.join()
        kinds = [kind for kind, _ in attack.inserted(self.facts)]
        inserted = [cell for cell in graded.cells if 1 <= cell.index <= len(kinds)]
        ends = [_end(cell) for cell in inserted]
        tries = tuple(end for kind, end in zip(kinds, ends, strict=False) if kind == "try")
        outputs = repr([cell.outputs for cell in graded.cells])
        return Seen(graded, tries, outputs, others[0], self.ask(), tuple(self.world.touched()))

    def processes_left(self) -> list[int]:
        """What runs below the grader since the last attack was graded."""

        def extra() -> list[int]:
            return living(descendants(os.getpid()) - self.before)

        soon(lambda: not extra(), 3.0)
        return extra()


def assert_held(attack: Attack, seen: Seen, arena: Arena) -> None:
    """The rule. `gain` clauses excepted, which the threat model explains."""
    report = to_json(seen.graded.score)
    # no higher
    allowed = arena.twin.score or 0.0
    gains = attack.clause("gain")
    allowed += sum(_worth(arena, gain) for gain in gains)
    assert (seen.graded.score.score or 0.0) <= allowed + 1e-9, report
    for name, check in seen.checks.items():
        before = next(each for exercise in arena.twin.exercises for each in exercise.checks
                      if f"{exercise.name}/{each.name}" == name)  # fmt: skip
        assert check.credit <= before.credit or name in gains, f"{name} was won\n{report}"
    if attack.clause("score"):
        assert seen.graded.score.score == arena.twin.score, report
    # others, the grader, the machine
    assert seen.other == arena.other
    assert seen.neighbour == arena.at_home
    assert arena.sandbox._spawner.pid == arena.zygote
    assert arena.sandbox._spawner.alive
    assert seen.touched == ()
    assert arena.processes_left() == []
    if arena.sandbox.name != UNSANDBOXED:
        assert arena.world.secret not in report + seen.outputs
    # the report
    ends = attack.clause("try")
    assert all(end in ends for end in seen.tries), seen.tries
    for name, check in seen.checks.items():
        wanted = attack.clause(name)
        assert not wanted or check.verdict in wanted, (name, check)
    for text in attack.told:
        assert text in report + seen.outputs, report + seen.outputs
    for text in attack.hidden:
        assert text not in report + seen.outputs, report + seen.outputs
    assert (seen.graded.score.status == "ungraded") == bool(attack.clause("ungraded")), report


def _worth(arena: Arena, name: str) -> float:
    exercise_name, _, check_name = name.partition("/")
    exercise = next(each for each in arena.twin.exercises if each.name == exercise_name)
    total = sum(check.weight for check in exercise.checks)
    return next(
        exercise.max_points * check.weight / total for check in exercise.checks if check.name == check_name
    )


def _end(cell: Any) -> str:
    if cell.timed_out:
        return "TimedOut"
    if cell.crashed:
        return "Crashed"
    return cell.raised.type if cell.raised is not None else "done"
