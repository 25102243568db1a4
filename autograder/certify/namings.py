"""Is every known mistake named as itself? Each is asked as a submission with it would be, and the name compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from autograder.laws.registry import Check
from autograder.runner.naming import Namer, probes
from autograder.runner.naming.deciding import names
from autograder.runner.plans import Planner


@dataclass(frozen=True)
class Namings:
    """Names of mistakes: those that are named as themselves, or beside one with the same answers; by another; not at all.

    silent   those of the unnamed that have no sentence, on purpose
    """

    named: tuple[str, ...]
    misnamed: tuple[str, ...]
    unnamed: tuple[str, ...]
    silent: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return len(self.named) + len(self.misnamed) + len(self.unnamed)

    @property
    def share(self) -> float:
        return len(self.named) / self.total if self.total else 1.0


def of_mistakes(
    namer: Namer,
    checks: Sequence[Check],
    planner: Planner,
    exercises: Iterable[str],
    *,
    gpu: bool,
    advance: Callable[[], None] = lambda: None,
) -> Namings:
    """Ask for the name of every mistake of `exercises`.

    namer     knows the programs, and where to run them
    checks    of all exercises
    planner   has their inputs
    gpu       whether there is a GPU, or a simulated one
    advance   is called for each mistake
    """
    named, misnamed, unnamed, silent = list[str](), list[str](), list[str](), list[str]()
    for exercise in exercises:
        if not namer.programs.mistakes.get(exercise):
            continue
        mine = [check for check in checks if check.exercise == exercise]
        wanted = probes.of_exercise(mine, planner, hidden=True, gpu=gpu)
        ground, mistakes = namer.ground(exercise, wanted)
        for each in mistakes:
            found = [name for one in names(each.cells, ground, mistakes) for name in one.mistakes]
            (named if each.name in found else misnamed if found else unnamed).append(each.name)
            if not each.says:
                silent.append(each.name)
            advance()
    return Namings(tuple(named), tuple(misnamed), tuple(unnamed), tuple(silent))
