"""The fingerprints of known mistakes: proof that no program and no right value is in the file.

Sealed sentences are noise to whoever looks for texts, so this file is not searched but accounted for, byte by byte. It holds
nothing but what `written` writes: calls, each of which the public checks make, so students have it already; names of
aspects; digests and sealed sentences, each of which opens under the answers of a known mistake, says that mistake's sentence and
no more, and opens under no right program's answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.laws.registry import Check
from autograder.model import Call
from autograder.release.leaks.scan import Finding, in_file
from autograder.release.leaks.secrets import Secrets
from autograder.runner.naming import fingerprints
from autograder.runner.naming.fingerprints import SUFFIX, Mark, Prints, Unreadable
from autograder.runner.naming.making import Made, calls_of
from autograder.runner.plans import Planner
from autograder.sandbox.transport import Batch

ANEW = "Make it anew: `autograder release`."


@dataclass(frozen=True)
class Fingerprints:
    """What the file of an assignment may hold.

    checks    the public ones
    planner   has their inputs, as students draw them
    known     exercise -> the programs' answers
    """

    assignment: str
    checks: Sequence[Check]
    planner: Planner
    known: Mapping[str, Made]

    def findings(self, files: Mapping[str, bytes], secrets: Secrets) -> Iterator[Finding]:
        """Yield all that is wrong with the fingerprints among the `files` of a release; `secrets` may not be in a sentence."""
        for name, data in files.items():
            if name.endswith(SUFFIX):
                yield from self._of_file(name, data, secrets)

    def _of_file(self, name: str, data: bytes, secrets: Secrets) -> Iterator[Finding]:
        try:
            found = fingerprints.parsed(self.assignment, data)
        except Unreadable:
            yield Finding(name, None, "It holds something else than fingerprints.", ANEW)
            return
        for exercise, prints in found.items():
            made = self.known.get(exercise)
            if made is None or not self._asked(exercise, prints):
                what = f"It asks {exercise} something that the public checks do not ask."
                yield Finding(name, None, what, ANEW)
                continue
            for mark in prints.marks:
                yield from self._of_mark(name, exercise, prints, mark, made, secrets)

    def _asked(self, exercise: str, prints: Prints) -> bool:
        public = calls_of([each for each in self.checks if each.exercise == exercise], self.planner)
        return {_bytes(each) for each in prints.calls} <= {_bytes(each) for each in public}

    def _of_mark(
        self, name: str, exercise: str, prints: Prints, mark: Mark, made: Made, secrets: Secrets
    ) -> Iterator[Finding]:
        if not _same_calls(prints, made.prints):
            yield Finding(name, None, f"The marks of {exercise} are of other calls.", ANEW)
            return
        for each in made.known.right:
            if any(
                mark.opened(cells, prints.calls, prints.salt) is not None
                for cells in (each.cells, each.again)
            ):
                what = f"What a right program answers ({each.program.name}, {exercise}) stands in it as a digest."
                yield Finding(name, None, what, ANEW)
                return
        says, allowed = None, []
        for each in made.known.mistakes:
            opened = mark.opened(each.cells, prints.calls, prints.salt)
            if opened is not None:
                says = opened
                allowed.append(each.program.says)
        if says is None or not set(says.split(", or that ")) <= _parts(allowed):
            what = f"A sealed text of {exercise} is no sentence of a known mistake."
            yield Finding(name, None, what, ANEW)
            return
        for leak in in_file("its sentence", says.encode(), secrets):
            yield Finding(
                name, None, f"{says!r}: {leak.what}", "Say it in other words, in the mistake's docstring."
            )


def _parts(sentences: Sequence[str]) -> set[str]:
    return {part for each in sentences for part in each.split(", or that ")}


def _same_calls(one: Prints, other: Prints) -> bool:
    return (one.encoded.structure, one.encoded.payload) == (other.encoded.structure, other.encoded.payload)


def _bytes(call: Call) -> tuple[bytes, bytes]:
    encoded = Batch((call,)).encoded
    return encoded.structure, encoded.payload
