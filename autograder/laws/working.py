"""Right answers, worked out: what grading puts beside a wrong one.

Laws compare calls, or say what is true of an answer; few of them know the right one. Staff's files, hidden/NAME/, may say how it
comes about, and grading then shows it with the smallest input, as far as the course reveals it:

    @worked(class_probabilities)
    def steps(queries, prototypes):
        distances = ...
        return Working(softmax(-distances), {"squared distances": distances})

Nothing of this is in the students' package, and no verdict depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.laws.vocabulary import Function
from autograder.model import Call

Worker = Callable[..., "Working"]


@dataclass(frozen=True, eq=False)
class Working:
    """A right answer as plain arrays, in the structure that the function returns.

    names   what the items of a returned tuple are called; of a single value, one name
    way     name -> what is computed on the way, in order
    """

    answer: Any
    names: tuple[str, ...] = ()
    way: Mapping[str, Any] = field(default_factory=dict)

    @property
    def items(self) -> dict[str, Any]:
        """Name -> item of the answer."""
        parts = self.answer if isinstance(self.answer, tuple) else (self.answer,)
        return dict(zip(self.names, parts, strict=True))


_workers: dict[tuple[str, str], Worker] = {}  # (assignment, function) -> who works it out


def worked(of: Function) -> Callable[[Worker], Worker]:
    """Enter a function of staff's as the one that works out the right answer `of` a student's function.

    It gets the arguments of a call by position, arrays as arrays.

    >>> from autograder.laws import function
    >>> double = function("double", "x")
    >>> def steps(x):
    ...     return Working(2 * x, ("double",))
    >>> steps.__module__ = "autograder.hidden.an_example.double"
    >>> worked(double)(steps) is steps
    True
    >>> working("an_example", double(3.0)).items
    {'double': 6.0}
    >>> forget("an_example")
    """

    def enter(worker: Worker) -> Worker:
        _workers[worker.__module__.split(".")[2], of.name] = worker
        return worker

    return enter


def working(assignment: str, call: Call) -> Working | None:
    """Return the right answer to a `call`, where the assignment's staff say how it is worked out; None elsewhere.

    An error on the way is as good as no answer: nothing depends on it.

    >>> working("no_such_assignment", Call("double", {"x": 1})) is None
    True
    """
    worker = _workers.get((assignment, call.function))
    if worker is None:
        return None
    try:
        return worker(*call.arguments.values(), **call.keywords)
    except Exception:
        return None


def forget(assignment: str) -> None:
    """Forget what an assignment's staff have entered.

    >>> forget("no_such_assignment")
    """
    for key in [key for key in _workers if key[0] == assignment]:
        del _workers[key]
