"""The boundary is one interface: run the cells of a notebook, then answer calls of its functions.

`InProcess` answers in this very process (a student's own kernel, most tests); `Jailed` (jailed.py) answers from a
locked-down child. Checks cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from autograder import fixtures
from autograder.errors import CheckError
from autograder.model import Call, Cell, CellResult, Fixture, Notebook, Outcome
from autograder.sandbox import wire

PROCEDURE = "fixtures:"  # begins the name of a function that is no student's


@dataclass(frozen=True, eq=False)
class Batch:
    """The calls of all examples of one check: they travel in one frame and are answered in order."""

    calls: tuple[Call, ...]
    call_seconds: float | None = None  # where a check's calls may take longer than the limits' default

    def __post_init__(self) -> None:
        for call in self.calls:
            _known(call)

    @cached_property
    def encoded(self) -> wire.Encoded:
        return wire.encode(list(self.calls))


def _known(call: Call) -> None:
    """A name that the worker would not find is the course's fault, and must not look like the student's."""
    procedure = call.function.removeprefix(PROCEDURE)
    if procedure != call.function and procedure not in fixtures.PROCEDURES:
        raise CheckError(
            f"No procedure is called {call.function!r}.", remedy=f"There are {_list(fixtures.PROCEDURES)}."
        )
    for value in (*call.arguments.values(), *call.keywords.values()):
        if isinstance(value, Fixture) and value.kind not in fixtures.FIXTURES:
            raise CheckError(
                f"No fixture is called {value.kind!r}.", remedy=f"There are {_list(fixtures.FIXTURES)}."
            )


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


class Transport(Protocol):
    """One submission on the far side of the boundary.

    name        what the boundary is made of, as results report it
    """

    name: str

    def run(self, notebook: Notebook) -> tuple[CellResult, ...]:
        """Run the notebook's code cells in order; a failing cell does not stop the next."""
        ...

    def answer(self, batch: Batch) -> list[Outcome]:
        """Return one outcome per call, in order. Calls behind one that ended the child are not made: the list ends there."""
        ...

    def no_gpu(self) -> str | None:
        """Say why no call can be made near a GPU over there; None where it can. Nothing of the student's has a say in it."""
        ...

    def renew(self, *, whole: bool = True, upto: int | None = None, added: Sequence[Cell] = ()) -> None:
        """Begin a fresh child in which the cells have run again; without `whole`, those up to the last solution.

        With `upto`, those up to the cell of that index, until it is called again.
        With `added`, these run among them (see `with_added`), until it is called again.
        """
        ...

    def close(self) -> None:
        """End the child and everything it started."""
        ...


def with_added(cells: Sequence[Cell], added: Sequence[Cell]) -> list[Cell]:
    """Return the cells of a notebook with each of `added` behind the cell that has its index, or the last one before that.

    >>> cells = [Cell(0, "code", "a = 1"), Cell(3, "code", "b = a")]
    >>> [cell.source for cell in with_added(cells, [Cell(2, "code", "a = 2")])]
    ['a = 1', 'a = 2', 'b = a']
    """
    made: list[Cell] = []
    places: dict[int, list[Cell]] = {}
    for each in added:
        before = [at for at, cell in enumerate(cells) if 0 <= cell.index <= each.index]
        places.setdefault(before[-1] if before else -1, []).append(each)
    made += places.get(-1, [])
    for at, cell in enumerate(cells):
        made += [cell, *places.get(at, [])]
    return made


def answers(transport: Transport, calls: Sequence[Call]) -> list[Outcome]:
    """Return the outcomes of calls that are made once, as `transport.answer` does."""
    return transport.answer(Batch(tuple(calls)))
