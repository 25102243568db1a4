"""The mistake, named, in a student's own hands: where a law broke, are the answers those of a known mistake?

The file of fingerprints that came with the notebook lies beside it (`autograder.runner.naming.fingerprints`). Without it, or with one
that cannot be read, there are no names, and nothing else is different. Names are feedback: no points come from here.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.course.dependencies import cells_for
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import CheckResult, Limits, NamedMistake, Notebook
from autograder.runner.naming import aspects, fingerprints
from autograder.runner.naming.deciding import worth_asking
from autograder.runner.plans import Planner
from autograder.sandbox.transport import Batch, Transport


def named(
    folder: Path,
    checks: Sequence[Check],
    results: Sequence[CheckResult],
    transport: Transport,
    planner: Planner,
) -> tuple[NamedMistake, ...]:
    """Return the known mistakes whose answers one exercise has; none where no law broke.

    folder      where the notebook lies
    checks      the exercise's
    results     what came of them
    transport   where its functions are
    planner     has made the checks' inputs
    """
    if not checks or not worth_asking(results):
        return ()
    prints = fingerprints.beside(folder, checks[0].assignment).get(checks[0].exercise)
    if prints is None:
        return ()
    known = {call.function for check in checks for law in planner.plan(check).laws for call in law.calls}
    if any(call.function not in known for call in prints.calls):
        return ()  # a file of another course: only what checks call is called
    outcomes = transport.answer(Batch(prints.calls))
    if len(outcomes) < len(prints.calls):
        return ()
    return tuple(NamedMistake(says) for says in prints.says(aspects.cells(prints.calls, outcomes)))


class Held:
    """Which exercises held when they were last checked in this kernel, and whether what they are is still the same."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str], dict[str, Any]] = {}

    def note(self, assignment: str, exercise: str, namespace: Mapping[str, Any], *, holds: bool) -> None:
        """Keep what came of a check.

        assignment, exercise   which
        namespace              the kernel's
        holds                  whether all laws do
        """
        self._objects.pop((assignment, exercise), None)
        if holds:
            self._objects[assignment, exercise] = _of_exercise(exercise, namespace)

    def all_used(self, assignment: str, exercise: str, namespace: Mapping[str, Any]) -> bool:
        """Ask whether every other exercise that this one uses held: else what it returns is theirs as much as its own.

        assignment, exercise   whose
        namespace              the kernel's
        """
        used = _used(_of_exercise(exercise, namespace), namespace)
        others = dict.fromkeys(
            each.exercise for each in registry.load(assignment) if each.exercise != exercise
        )
        for other in others:
            now = _of_exercise(other, namespace)
            if now.keys() & used and not self._still(assignment, other, now):
                return False
        return True

    def _still(self, assignment: str, exercise: str, now: Mapping[str, Any]) -> bool:
        then = self._objects.get((assignment, exercise))
        return then is not None and then.keys() == now.keys() and all(then[name] is now[name] for name in now)


class BesideNotebook:
    """Names for a whole notebook that a person checks on the terminal: a `Namer` that knows fingerprints only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def digest(self, exercise: str) -> str:
        """Return nothing: what a person checks on the terminal is not kept. (`exercise` is for those who keep it.)"""
        return ""

    def prepare(self, session: Any, limits: Limits, where: str) -> None:
        """Do nothing: no program is run. (`session`, `limits` and `where` are for those who run some.)"""

    def names(
        self,
        checks: Iterable[Check],
        results: Mapping[str, Sequence[CheckResult]],
        submission: Notebook,
        transport: Transport,
        planner: Planner,
        smallest: Any,
        *,
        hidden: bool,
    ) -> dict[str, tuple[NamedMistake, ...]]:
        """Return exercise -> the known mistakes whose answers it has, for exercises that use no other broken one.

        checks, results   the notebook's, by exercise
        submission        the notebook
        transport         has run it
        planner           has the inputs
        smallest, hidden  of no use here
        """
        broken = {name for name, mine in results.items() if not all(each.verdict == "holds" for each in mine)}
        found = {}
        for name in sorted(broken):
            needed = {cell.grade_id for cell in cells_for(submission, [name]).cells if cell.solution}
            mine = [each for each in checks if each.exercise == name]
            if not needed & (broken - {name}):
                found[name] = named(self._folder, mine, results[name], transport, planner)
        return {name: each for name, each in found.items() if each}


# --- what a function uses ------------------------------------------------------------------------------------------------


def _of_exercise(exercise: str, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """What is called like an exercise, underscores and capitals apart: EmbeddingNet for embedding_net."""
    folded = exercise.replace("_", "").lower()
    return {
        name: value
        for name, value in list(namespace.items())
        if not name.startswith("_") and name.replace("_", "").lower() == folded
    }


def _used(objects: Mapping[str, Any], namespace: Mapping[str, Any]) -> set[str]:
    """The names that functions and classes look up, and those that these look up in turn."""
    found = set(objects)
    waiting = list(objects.values())
    while waiting:
        for code in _codes(waiting.pop()):
            for name in code.co_names:
                if name in namespace and name not in found:
                    found.add(name)
                    waiting.append(namespace[name])
    return found


def _codes(value: Any) -> Iterator[types.CodeType]:
    if isinstance(value, types.CodeType):
        yield value
        for each in value.co_consts:
            yield from _codes(each)
    elif isinstance(value, types.FunctionType):
        yield from _codes(value.__code__)
    elif isinstance(value, type):
        for each in list(vars(value).values()):
            if isinstance(each, types.FunctionType):
                yield from _codes(each)
