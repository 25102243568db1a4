"""What a check draws depends on the check and the seed and on nothing else, and what broke is found again and shrunk."""

from __future__ import annotations

import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from autograder.runner.drawing import Drawn, caveat, draw, seed_of, shrink
from tests.runner.made_up import check, doubles, numbers

ROOT = Path(__file__).parents[2]
SEED = 20261
WHOLE = check(doubles, name="whole", examples=80, x=st.lists(st.integers(), max_size=20).map(np.array))
SMALL = check(doubles, name="small", examples=50, x=st.lists(st.integers(0, 1000), max_size=20))


def digest(drawn: Sequence[Drawn]) -> str:
    return hashlib.sha256(
        repr([{name: np.asarray(x).tolist() for name, x in each.items()} for each in drawn]).encode()
    ).hexdigest()


# --- drawing


def test_as_many_examples_as_the_check_asks_for() -> None:
    assert [len(draw(replace(SMALL, examples=n), SEED)) for n in (1, 7, 50)] == [1, 7, 50]


def test_a_check_without_strategies_has_one_empty_example() -> None:
    assert draw(check(doubles), SEED) == [{}]


def test_the_same_seed_gives_the_same_examples() -> None:
    assert digest(draw(WHOLE, SEED)) == digest(draw(WHOLE, SEED))


@pytest.mark.parametrize(
    "other",
    [replace(WHOLE, name="other"), replace(WHOLE, exercise="other"), replace(WHOLE, assignment="other")],
    ids=["name", "exercise", "assignment"],
)
def test_another_check_draws_other_examples(other: Any) -> None:
    assert digest(draw(other, SEED)) != digest(draw(WHOLE, SEED))


def test_another_seed_draws_other_examples() -> None:
    assert digest(draw(WHOLE, SEED + 1)) != digest(draw(WHOLE, SEED))


def test_the_seed_of_a_check_is_its_own_and_stays() -> None:
    # Written down, so that a new release draws for a course what the last one drew.
    assert seed_of(WHOLE, SEED) == 22424001744005
    assert 0 <= seed_of(WHOLE, SEED) < 2**48


@pytest.fixture
def _another_profile() -> Iterator[None]:
    before = settings.get_current_profile_name()
    settings.register_profile("odd", derandomize=True, max_examples=3, database=None, print_blob=True)
    settings.load_profile("odd")
    yield
    settings.load_profile(before)


def test_hypothesis_profile_of_the_day_does_not_matter(request: pytest.FixtureRequest) -> None:
    before = digest(draw(WHOLE, SEED))
    request.getfixturevalue("_another_profile")
    assert digest(draw(WHOLE, SEED)) == before


def test_state_of_global_generators_does_not_matter_and_stays() -> None:
    before = digest(draw(WHOLE, SEED))
    np.random.seed(1)
    state = np.random.get_state(legacy=False)["state"]["key"]
    assert digest(draw(WHOLE, SEED)) == before
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], state)


NOTABLE = 987654321987


def notable_ones_are_drawn() -> bool:
    seen: list[int] = []

    @settings(max_examples=300, database=None, derandomize=True, phases=[Phase.generate])
    @given(st.integers())
    def body(n: int) -> None:
        seen.append(n)

    body()
    return any(NOTABLE <= n < NOTABLE + 200 for n in seen)


def test_constants_of_modules_that_happen_to_be_loaded_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(draw(WHOLE, SEED))
    numbers_ = ", ".join(str(NOTABLE + i) for i in range(200))
    (tmp_path / "happens_to_be_loaded.py").write_text(f"CONSTANTS = ({numbers_})\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("happens_to_be_loaded")
    try:
        assert notable_ones_are_drawn()  # Hypothesis collects them, and remembers them
        assert digest(draw(WHOLE, SEED)) == before
        assert notable_ones_are_drawn()  # and elsewhere it may go on doing so
    finally:
        del sys.modules["happens_to_be_loaded"]


def test_another_process_draws_the_same() -> None:
    """One with another hash seed, on a continuous integration machine, with other modules loaded."""
    program = (
        "import decimal, fractions, http.client\n"
        "from tests.runner.test_drawing import SEED, SMALL, WHOLE, digest, draw\n"
        "print(digest(draw(WHOLE, SEED)), digest(draw(SMALL, SEED)))"
    )
    environment = {
        **os.environ,
        "CI": "true",
        "PYTHONHASHSEED": "7",
        "HYPOTHESIS_PROFILE": "ci",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [digest(draw(WHOLE, SEED)), digest(draw(SMALL, SEED))]


def test_the_parts_of_hypothesis_that_drawing_replaces_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade that renames them, or no longer asks them, must not go unnoticed."""
    asked = []

    def constants() -> Constants:
        asked.append(1)
        return Constants()

    monkeypatch.setattr(providers, "_get_local_constants", constants)
    providers.CONSTANTS_CACHE.cache.clear()
    settings_ = settings(max_examples=20, database=None, derandomize=True)
    settings_(given(st.integers())(lambda n: None))()
    assert asked
    empty = Constants()
    assert [len(empty.set_for_type(kind)) for kind in ("integer", "float", "string", "bytes")] == [0, 0, 0, 0]


@pytest.fixture(params=["function", "cache", "class"])
def renamed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a release of Hypothesis that calls one of its own things otherwise, and goes on using it."""
    if request.param == "function":
        monkeypatch.setattr(providers, "_collected_constants", providers._get_local_constants, raising=False)
        monkeypatch.setattr(
            providers.HypothesisProvider,
            "_local_constants",
            property(lambda _: vars(providers)["_collected_constants"]()),
        )
        monkeypatch.delattr(providers, "_get_local_constants")
    elif request.param == "cache":
        monkeypatch.setattr(providers, "CONSTANTS_CACHE", {})
    else:
        monkeypatch.setitem(sys.modules, "hypothesis.internal.constants_ast", None)


def test_a_hypothesis_that_we_do_not_know_inside_draws_all_the_same(renamed: None) -> None:
    assert len(draw(WHOLE, SEED)) == 80
    assert digest(draw(WHOLE, SEED)) == digest(draw(WHOLE, SEED))  # as long as no module comes along
    assert digest(draw(WHOLE, SEED + 1)) != digest(draw(WHOLE, SEED))
    index = first_large(draw(SMALL, SEED), 100)
    assert shrink(SMALL, SEED, index, lambda drawn: sum(drawn["x"]) > 100, most=10_000) == {"x": [101]}


def test_what_then_holds_no_longer_is_said(renamed: None) -> None:
    said = caveat()
    assert said is not None
    assert "may depend on the modules that are loaded" in said
    assert "constraints.txt" in said


def test_with_this_hypothesis_there_is_nothing_to_say() -> None:
    """A newer one that calls its things otherwise is seen here first: `tox run -e newest`."""
    assert caveat() is None


TOGETHER = """
import torch
torch.set_num_threads(1)
from hypothesis import strategies as st
from autograder.runner.drawing import draw_all
from tests.runner.made_up import check, doubles
from tests.runner.test_drawing import SEED, SMALL, WHOLE, digest
functions = check(doubles, name="functions", examples=5, x=st.integers(0, 9).map(lambda n: lambda: n))
found = list(draw_all([WHOLE, functions, SMALL], SEED, 2))
assert [one.name for one, _ in found] == ["whole", "functions", "small"]
print(digest(found[0][1]), digest(found[2][1]), len(found[1][1]), callable(found[1][1][0]["x"]))
"""


def test_drawn_by_several_processes_it_is_the_same_also_where_it_cannot_travel() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [digest(draw(WHOLE, SEED)), digest(draw(SMALL, SEED)), "5", "True"]


# --- shrinking


def first_large(drawn: Sequence[Drawn], limit: int) -> int:
    return next(i for i, each in enumerate(drawn) if sum(each["x"]) > limit)


def test_shrinking_starts_from_the_recorded_example() -> None:
    recorded = draw(SMALL, SEED)
    for index in (0, 3, 17, 49):
        asked: list[Any] = []
        shrink(SMALL, SEED, index, lambda drawn, asked=asked: bool(asked.append(drawn["x"])), most=1)  # type: ignore[misc]
        assert asked == [recorded[index]["x"]]


def test_shrinking_finds_the_smallest() -> None:
    index = first_large(draw(SMALL, SEED), 100)
    smallest = shrink(SMALL, SEED, index, lambda drawn: sum(drawn["x"]) > 100, most=10_000)
    assert smallest == {"x": [101]}


def test_shrinking_keeps_what_makes_the_law_break() -> None:
    pairs = check(doubles, name="pairs", examples=100, x=numbers(2, 3), y=st.integers(0, 100))
    recorded = draw(pairs, SEED)
    index = next(i for i, each in enumerate(recorded) if (each["x"] < 0).any() and each["y"] > 20)
    smallest = shrink(
        pairs, SEED, index, lambda drawn: (drawn["x"] < 0).any() and drawn["y"] > 20, most=2_000
    )
    assert smallest is not None
    assert smallest["y"] == 21
    assert sorted(smallest["x"].ravel().tolist()) == [-1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("most", [1, 2, 10, 40])
def test_shrinking_asks_no_more_often_than_it_may(most: int) -> None:
    index = first_large(draw(SMALL, SEED), 100)
    asked: list[int] = []

    def breaks(drawn: Drawn) -> bool:
        asked.append(sum(drawn["x"]))
        return asked[-1] > 100

    found = shrink(SMALL, SEED, index, breaks, most)
    assert found is not None
    assert sum(found["x"]) > 100
    assert 1 <= len(asked) <= most


def test_shrinking_draws_nothing_more_once_it_has_asked_enough() -> None:
    made: list[Any] = []

    def noted(x: list[int]) -> list[int]:
        made.append(x)
        return x

    lists = st.lists(st.integers(0, 1000), max_size=20).map(noted)
    counted = check(doubles, name="counted", examples=50, x=lists)
    index = first_large(draw(counted, SEED), 100)
    made.clear()
    assert shrink(counted, SEED, index, lambda drawn: sum(drawn["x"]) > 100, most=5) is not None
    assert len(made) <= index + 1 + 5


def test_shrinking_gives_nothing_where_nothing_breaks_any_more() -> None:
    assert shrink(SMALL, SEED, 0, lambda drawn: False, most=100) is None


def test_a_flaky_predicate_gives_what_broke_last() -> None:
    answers = iter([True, True])
    broken: list[Any] = []

    def breaks(drawn: Drawn) -> bool:
        if next(answers, False):
            broken.append(drawn)
            return True
        return False

    assert shrink(SMALL, SEED, 5, breaks, most=100) == broken[-1]


def test_an_error_of_the_predicate_is_not_swallowed() -> None:
    def breaks(drawn: Drawn) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shrink(SMALL, SEED, 0, breaks, most=5)
