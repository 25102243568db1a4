"""Hypothesis, in one place: what a check draws under a seed, and the search for a smaller counterexample.

Examples depend on the check and the seed and on nothing else: no database, no deadline, no profile of the environment,
and none of the constants that Hypothesis collects from whatever modules happen to be loaded. Switching these off takes
names of Hypothesis that are not public. A release that renames them stops nobody: checks then draw with those constants, and
`caveat` says what no longer holds.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import HypothesisException

from autograder.laws.registry import Check

Drawn = Mapping[str, Any]


class Found(Exception):
    """The predicate holds for the drawn values."""


class _Enough(BaseException):
    """Ends a search at once: Hypothesis takes an `Exception` for a failing example, and goes on."""


def seed_of(check: Check, course_seed: int) -> int:
    """Return the seed of a check: its own, so that adding a check moves no other."""
    text = f"{course_seed}/{check.assignment}/{check.exercise}/{check.name}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def draw(check: Check, course_seed: int) -> list[Drawn]:
    """Draw the inputs of a check under the course's seed, without those of `check.also`."""
    if not check.strategies:
        return [{}]
    drawn: list[Drawn] = []
    _search(check, course_seed, drawn.append, (Phase.generate,))
    return drawn


def draw_all(
    checks: Sequence[Check], course_seed: int, processes: int
) -> Iterator[tuple[Check, Sequence[Drawn]]]:
    """Yield each of the `checks` with what `draw` gives for it under `course_seed`, in their order.

    The work is divided among `processes`, forked and gone afterwards. This process must have one thread only.
    """
    global _shared
    _shared = (checks, course_seed)
    with ProcessPoolExecutor(processes, multiprocessing.get_context("fork")) as pool:
        futures = [pool.submit(_draw_shared, number) for number in range(len(checks))]
        for check, future in zip(checks, futures, strict=True):
            try:
                yield check, future.result()
            except Exception:  # what a course's own check draws need not be able to travel
                yield check, draw(check, course_seed)


_shared: tuple[Sequence[Check], int] = ((), 0)  # a check does not travel: forked processes have it from here


def _draw_shared(number: int) -> Sequence[Drawn]:
    checks, course_seed = _shared
    return draw(checks[number], course_seed)


def shrink(
    check: Check, course_seed: int, index: int, breaks: Callable[[Drawn], bool], most: int
) -> Drawn | None:
    """Search for the smallest inputs of a `check` that break it; None where the example no longer does.

    course_seed   the seed under which they were drawn
    index         number of the drawn example from which the search starts
    breaks        asks whether inputs break the check
    most          how often `breaks` is asked at most; the search then ends with the smallest found so far
    """
    state: dict[str, Any] = {"seen": -1, "asked": 0, "best": None}

    def visit(drawn: Drawn) -> None:
        state["seen"] += 1
        if state["seen"] < index:
            return
        if state["asked"] >= most:
            raise _Enough
        state["asked"] += 1
        if breaks(drawn):
            state["best"] = drawn
            raise Found

    # Flakiness is no error here: the counterexample is replayed in a fresh child before anybody believes it.
    with suppress(Found, _Enough, HypothesisException, BaseExceptionGroup):
        _search(check, course_seed, visit, (Phase.generate, Phase.shrink))
    return state["best"]


def _search(check: Check, course_seed: int, visit: Callable[[Drawn], Any], phases: tuple[Phase, ...]) -> None:
    @seed(seed_of(check, course_seed))
    @settings(
        max_examples=check.examples,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        backend="hypothesis",
    )
    @given(**check.strategies)
    def body(**drawn: Any) -> None:
        visit(drawn)

    with _no_collected_constants():
        body()


def caveat() -> str | None:
    """Say what a person who grades should know about what is drawn, where this Hypothesis is one that we do not know inside."""
    if _Collected.found() is not None:
        return None
    return (
        f"Hypothesis {hypothesis.__version__} is not one that this fewlabels knows inside: what it draws may depend on the modules that are "
        "loaded. A class that is graded in one run has the same inputs for everybody; another run, or another machine, may "
        "draw others under the same seed. To be sure of the same, install the Hypothesis of constraints.txt."
    )


@contextmanager
def _no_collected_constants() -> Iterator[None]:
    collected = _Collected.found()
    if collected is None:
        yield
        return
    with collected.left_out():
        yield


@dataclass(frozen=True)
class _Collected:
    """Where Hypothesis keeps the constants that it collects: names of its own, not public ones."""

    providers: Any
    nothing: Any
    forget: Callable[[], None]

    @classmethod
    def found(cls) -> _Collected | None:
        """None where this release calls them otherwise."""
        try:
            from hypothesis.internal.conjecture import providers
            from hypothesis.internal.constants_ast import Constants

            if not callable(providers._get_local_constants):
                return None
            return cls(providers, Constants(), providers.CONSTANTS_CACHE.cache.clear)
        except (ImportError, AttributeError, TypeError):
            return None

    @contextmanager
    def left_out(self) -> Iterator[None]:
        collect = self.providers._get_local_constants
        self.providers._get_local_constants = lambda: self.nothing
        self.forget()
        try:
            yield
        finally:
            self.providers._get_local_constants = collect
            self.forget()
