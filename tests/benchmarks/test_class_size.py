"""A class that costs more the larger it is, and a supervisor that grows, show in the figures."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.costs.class_size import facts
from benchmarks.costs.submissions import Look, Spent


def spent(wall: float, mib: Callable[[int], float]) -> Spent:
    looks = tuple(Look(second, mib(second), 20, 8) for second in range(int(wall)))
    return Spent(wall, 2 * wall, 900.0, 400.0, 0, 0, looks)


def test_an_even_class_is_even() -> None:
    written = [10 + 0.5 * number for number in range(400)]
    found = facts(written, spent(212, lambda second: 300.0), 0)
    assert round(found["of_the_first_100"], 6) == round(found["of_the_last_100"], 6) == 0.5
    assert round(found["seconds_per_submission"], 6) == 0.5
    assert found["mib_at_the_beginning"] == found["mib_at_the_end"] == 300


def test_what_grows_with_the_class_shows() -> None:
    written = [10 + 0.001 * number**2 for number in range(400)]
    found = facts(written, spent(175, lambda second: 300.0 + second), 3)
    assert found["of_the_last_100"] > 5 * found["of_the_first_100"]
    assert found["mib_at_the_end"] > found["mib_at_the_beginning"] + 50
    assert found["files_left_over"] == 3
