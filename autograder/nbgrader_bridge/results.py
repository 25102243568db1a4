"""Where the result of a submission comes from: handed over by the caller, or graded here and now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from autograder.model import Failure, Graded
from autograder.nbgrader_bridge import engine


class Place(NamedTuple):
    """Which notebook of whom."""

    student: str
    assignment: str
    notebook: str

    @classmethod
    def of(cls, resources: Mapping[str, Any]) -> Place:
        """Return the place that nbgrader's converters write into `resources`."""
        names = resources["nbgrader"]
        return cls(names["student"], names["assignment"], names["notebook"])


@dataclass(frozen=True)
class Prepared:
    """Results handed over.

    reasons  gathers, for staff, why an exercise came to wait for a person
    reviews  and which marks given by hand a person should look at again
    """

    results: Mapping[tuple[str, str, str], Graded]
    reasons: defaultdict[Place, list[str]] = field(default_factory=lambda: defaultdict(list))
    reviews: defaultdict[Place, list[str]] = field(default_factory=lambda: defaultdict(list))


_prepared: ContextVar[Prepared | None] = ContextVar("prepared", default=None)


@contextmanager
def prepared(results: Mapping[tuple[str, str, str], Graded]) -> Iterator[Prepared]:
    """Let Autograde take results from here inside, keyed (student, assignment, notebook), and grade nothing."""
    handed = Prepared(results)
    token = _prepared.set(handed)
    try:
        yield handed
    finally:
        _prepared.reset(token)


def get_ready(assignment: str, course: Path) -> None:
    """Start the sandbox if results will be computed here. Raises `GraderError`, before anything is touched."""
    if not handed_over():
        engine.get_ready(assignment, course)


def handed_over() -> bool:
    """Ask whether results were handed over, and nothing is graded here."""
    return _prepared.get() is not None


def graded(
    place: Place,
    *,
    course: Path,
    source: Path,
    submitted: Path,
    unreadable: Failure | None = None,
    idle_seconds: float = engine.IDLE_SECONDS,
) -> Graded | None:
    """Return the result for `place`; None where results were handed over and this one is not among them.

    course              the course directory
    source, submitted   the two notebook files
    unreadable          why there is no submitted file to speak of; then nothing that was handed over counts
    idle_seconds        as for `engine.start`

    Raises `FewlabelsError` where the course or the grader is at fault.
    """
    handed = _prepared.get()
    if handed is not None:
        return handed.results.get(place) if unreadable is None else None
    asked = (place.student, place.assignment)
    return engine.grade(
        *asked,
        course=course,
        source=source,
        submitted=submitted,
        unreadable=unreadable,
        idle_seconds=idle_seconds,
    )


def explain(place: Place, reason: str) -> None:
    """Tell staff why something waits for a person, where somebody listens."""
    handed = _prepared.get()
    if handed is not None:
        handed.reasons[place].append(reason)


def review(place: Place, reason: str) -> None:
    """Tell staff, where somebody listens, why a mark given by hand should be looked at again."""
    handed = _prepared.get()
    if handed is not None:
        handed.reviews[place].append(reason)
