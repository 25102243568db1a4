"""What a teaching assistant writes is looked at where it is declared, and checks come in the order of the files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import autograder.checks
import autograder.hidden
from autograder.errors import AssignmentError, CheckError
from autograder.laws import registry
from autograder.laws.registry import Check, check
from autograder.laws.vocabulary import Law, function, gives

double = function("double", "x")
NOTHING = Law((), lambda: None)


def declared(
    body: Callable[..., Law], module: str = "autograder.checks.made_up.doubles", **options: Any
) -> Check:
    """`body` as if it stood in `module`; the table is put back by `_own_table`."""
    body.__module__ = module
    exercise = options.pop("exercise", double)
    check(exercise, **options)(body)
    _, wing, assignment, *_ = module.split(".")
    return registry._table.checks[assignment, wing][f"{getattr(exercise, 'name', exercise)}/{body.__name__}"]


@pytest.fixture(autouse=True)
def _own_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table of its own; a module whose checks went into it is imported anew by whoever needs it next."""
    before = set(sys.modules)
    monkeypatch.setattr(registry, "_table", registry._Table())
    yield
    for name in set(sys.modules) - before:
        if name.startswith(("autograder.checks.", "autograder.hidden.")):
            del sys.modules[name]


def failure(body: Callable[..., Law], **options: Any) -> CheckError:
    with pytest.raises(CheckError) as caught:
        declared(body, **options)
    assert registry._table.checks.get(("made_up", "checks"), {}) == {}
    return caught.value


# --- declaring


def test_a_check_is_its_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubles(x: int, seed: int) -> Law:
        """Twice the number
        comes back.

        More for staff.
        """
        return NOTHING

    strategy = st.integers()
    entry = declared(
        doubles,
        weight=2,
        essential=True,
        precondition=True,
        examples=7,
        also=[{"x": 1}],
        seconds=3.0,
        x=strategy,
    )
    assert entry.essential
    assert (entry.assignment, entry.exercise, entry.name) == ("made_up", "double", "doubles")
    assert entry.law == "Twice the number comes back."
    assert (entry.visibility, entry.weight, entry.precondition, entry.examples, entry.seconds) == (
        "public",
        2,
        True,
        7,
        3.0,
    )
    assert (dict(entry.strategies), entry.also, entry.runner_parameters) == (
        {"x": strategy},
        ({"x": 1},),
        ("seed",),
    )
    assert entry.body is doubles


def test_what_stands_in_the_staff_wing_is_hidden() -> None:
    def doubles() -> Law:
        """It doubles."""
        return NOTHING

    entry = declared(doubles, module="autograder.hidden.made_up.doubles", exercise="double")
    assert (entry.visibility, entry.exercise) == ("hidden", "double")


def test_without_strategies_there_is_one_example() -> None:
    def doubles() -> Law:
        """It doubles."""
        return NOTHING

    assert declared(doubles, examples=100).examples == 1


def test_the_decorator_leaves_the_function_alone() -> None:
    def doubles() -> Law:
        """It doubles."""
        return NOTHING

    doubles.__module__ = "autograder.checks.made_up.doubles"
    assert check(double)(doubles) is doubles


# --- mistakes in declarations


@pytest.mark.parametrize("text", [None, "", "It doubles", "it doubles?\n\nReally."])
def test_a_check_needs_a_sentence(text: str | None) -> None:
    def doubles() -> Law:
        return NOTHING

    doubles.__doc__ = text
    assert str(failure(doubles)) == (
        "autograder.checks.made_up.doubles.doubles: A check needs a docstring whose first paragraph is a sentence, "
        "ending in a full stop. Write the law as students will read it."
    )


def test_parameters_and_strategies_have_to_be_the_same() -> None:
    def doubles(x: int, y: int, seed: int) -> Law:
        """It doubles."""
        return NOTHING

    assert str(failure(doubles, x=st.integers(), z=st.integers())) == (
        "autograder.checks.made_up.doubles.doubles: Parameters and strategies differ: y, z. "
        "Give every parameter a strategy; seed, weights, course come from the runner."
    )


@pytest.mark.parametrize("options", [{"weight": 0}, {"weight": -1.0}, {"examples": 0}])
def test_weight_and_examples_have_to_be_positive(options: dict[str, float]) -> None:
    def doubles(x: int) -> Law:
        """It doubles."""
        return NOTHING

    assert str(failure(doubles, x=st.integers(), **options)) == (
        "autograder.checks.made_up.doubles.doubles: Weight and number of examples have to be positive. "
        "Mend the @check line."
    )


def test_fixed_inputs_have_the_check_s_parameters() -> None:
    def doubles(x: int) -> Law:
        """It doubles."""
        return NOTHING

    assert str(failure(doubles, x=st.integers(), also=[{"x": 1}, {"y": 2}])) == (
        "autograder.checks.made_up.doubles.doubles: An input in `also` has other parameters than the strategies: x, y. "
        "Give it x."
    )


@pytest.mark.parametrize(
    "module", ["__main__", "my_checks", "autograder.checks", "autograder.laws.vocabulary"]
)
def test_a_check_has_to_stand_in_a_wing(module: str) -> None:
    def doubles() -> Law:
        """It doubles."""
        return NOTHING

    doubles.__module__ = module
    with pytest.raises(CheckError) as caught:
        check(double)(doubles)
    assert str(caught.value) == (
        f"{module}.doubles: A check has to stand in autograder/checks/ASSIGNMENT/ or autograder/hidden/ASSIGNMENT/. "
        "Move it there."
    )


def test_two_checks_of_one_name_in_two_files() -> None:
    def doubles() -> Law:
        """It doubles."""
        return NOTHING

    def other() -> Law:
        """It doubles."""
        return NOTHING

    other.__name__ = "doubles"
    declared(doubles)
    with pytest.raises(CheckError) as caught:
        declared(other, module="autograder.checks.made_up.others")
    assert str(caught.value) == (
        "autograder.checks.made_up.others: Two checks are called double/doubles. Rename one of them."
    )


def test_a_file_may_be_loaded_again() -> None:
    def doubles() -> Law:
        """It doubles."""
        return NOTHING

    first = declared(doubles)
    assert declared(doubles) is not first


# --- loading

PROGRAM = '''
from autograder.laws.vocabulary import Law, function
from autograder.laws.registry import check


@check(function("{exercise}", "x"))
def {law}() -> Law:
    """It is so."""
    return Law((), lambda: None)


@check(function("{exercise}", "x"), precondition=True)
def runs_{law}() -> Law:
    """It runs."""
    return Law((), lambda: None)
'''


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An assignment `tiny` of two exercises, the second declared first by name, with one file in the staff wing."""
    for package in (autograder.checks, autograder.hidden):
        wing = tmp_path / package.__name__.split(".")[-1]
        (wing / "tiny").mkdir(parents=True)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(wing)])
    public, hidden = (tmp_path / wing / "tiny" for wing in ("checks", "hidden"))
    (public / "__init__.py").write_text("from autograder.checks.tiny import zebra, ant\n")
    (public / "zebra.py").write_text(PROGRAM.format(exercise="zebra", law="stripes"))
    (public / "ant.py").write_text(PROGRAM.format(exercise="ant", law="carries"))
    (hidden / "__init__.py").write_text("from autograder.hidden.tiny import zebra\n")
    (hidden / "zebra.py").write_text(PROGRAM.format(exercise="zebra", law="agrees"))
    importlib.invalidate_caches()
    yield tmp_path
    for name in [name for name in sys.modules if ".tiny" in name]:
        del sys.modules[name]


def names(checks: tuple[Check, ...]) -> list[str]:
    return [f"{each.exercise}/{each.name}" for each in checks]


def test_checks_come_in_the_order_of_the_files_with_the_ladder_first(tiny: Path) -> None:
    assert registry.assignments() == ("fewshot", "matching", "tiny")
    assert names(registry.load("tiny")) == [
        "zebra/runs_stripes",
        "zebra/stripes",
        "ant/runs_carries",
        "ant/carries",
    ]


def test_hidden_checks_come_behind_the_public_ones_of_their_exercise(tiny: Path) -> None:
    checks = registry.load("tiny", hidden=True)
    assert names(checks) == [
        "zebra/runs_stripes",
        "zebra/runs_agrees",
        "zebra/stripes",
        "zebra/agrees",
        "ant/runs_carries",
        "ant/carries",
    ]
    assert [each.visibility for each in checks] == [
        "public",
        "hidden",
        "public",
        "hidden",
        "public",
        "public",
    ]


def test_an_assignment_may_be_without_hidden_checks(tiny: Path) -> None:
    for path in (tiny / "hidden" / "tiny").iterdir():
        path.unlink()
    (tiny / "hidden" / "tiny").rmdir()
    importlib.invalidate_caches()
    assert names(registry.load("tiny", hidden=True)) == names(registry.load("tiny"))


def test_a_student_s_installation_has_no_hidden_checks(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "autograder.hidden", None)
    assert not registry.hidden_installed()
    assert len(registry.load("tiny")) == 4
    with pytest.raises(CheckError) as caught:
        registry.load("tiny", hidden=True)
    assert (
        str(caught.value)
        == 'The hidden checks are not installed. Install the checkout: pip install -e ".[staff]".'
    )


@pytest.mark.parametrize("name", ["fewshoot", "", "..", "fewshot.prototypes", "fewshot/prototypes"])
def test_an_unknown_assignment_is_named_with_those_that_there_are(name: str) -> None:
    with pytest.raises(AssignmentError) as caught:
        registry.load(name)
    assert (
        str(caught.value)
        == f"There are no checks for an assignment called {name!r}. Use one of: fewshot, matching."
    )


def test_a_check_of_numbers_and_its_law() -> None:
    """What docs/writing-a-check.md promises: the body makes a law, and nothing runs before it is asked to."""

    def doubles(x: int) -> Law:
        """Twice the number comes back."""
        return gives(double(np.array(x)), 2 * x, 0.0, "double")

    law = declared(doubles, x=st.integers()).body(x=3)
    assert [str(call) for call in law.calls] == ["double(x)"]
    assert law.judge(np.array(6.0)) is None


def test_two_assignments_of_one_name_are_refused_with_both(tiny: Path) -> None:
    (tiny / "checks" / "tiny.py").write_text("")
    with pytest.raises(CheckError) as caught:
        registry.load("tiny")
    assert caught.value.what == "Two assignments are called tiny: tiny/ and tiny.py."
    assert caught.value.file == str(tiny / "checks" / "tiny.py")


def test_an_exercise_that_says_nowhere_where_to_read_is_found_with_file_and_line(tiny: Path) -> None:
    found = registry.without_read(registry.load("tiny"))
    assert sorted(found) == ["ant", "zebra"]
    assert found["ant"].startswith(f"{tiny / 'checks' / 'tiny' / 'ant.py'}, line ")


@pytest.mark.parametrize("name", ["fewshot", "matching"])
def test_every_exercise_of_ours_says_where_to_read(name: str) -> None:
    assert registry.without_read(registry.load(name, hidden=True)) == {}


# --- a course's own checks


def own_checks(course: Path, name: str, law: str, *, hidden: bool = False) -> Path:
    for wing in ("checks", "hidden") if hidden else ("checks",):
        folder = course / wing / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(f"from autograder.{wing}.{name} import laws\n")
        (folder / "laws.py").write_text(PROGRAM.format(exercise="ant", law=f"{law}_{wing}"))
    return course


@pytest.fixture
def courses(tmp_path: Path) -> Iterator[Path]:
    """A place for courses; afterwards every module is the one that other tests have."""
    before = {name: module for name, module in sys.modules.items() if ".fewshot" in name}
    yield tmp_path
    registry.use(tmp_path)  # which has no checks of its own
    for name in [name for name in sys.modules if ".fewshot" in name]:
        del sys.modules[name]
    sys.modules.update(before)


def test_a_course_s_own_checks_are_found(courses: Path) -> None:
    registry.use(own_checks(courses / "one", "mine", "walks", hidden=True))
    assert registry.assignments() == ("fewshot", "matching", "mine")
    assert names(registry.load("mine", hidden=True)) == [
        "ant/runs_walks_checks",
        "ant/runs_walks_hidden",
        "ant/walks_checks",
        "ant/walks_hidden",
    ]
    assert [each.visibility for each in registry.load("mine")] == ["public", "public"]


def test_the_next_course_has_its_own(courses: Path) -> None:
    registry.use(own_checks(courses / "one", "mine", "walks"))
    assert names(registry.load("mine")) == ["ant/runs_walks_checks", "ant/walks_checks"]
    registry.use(own_checks(courses / "two", "mine", "runs"))
    assert names(registry.load("mine")) == ["ant/runs_runs_checks", "ant/runs_checks"]
    registry.use(courses / "none")
    assert registry.assignments() == ("fewshot", "matching")
    with pytest.raises(AssignmentError):
        registry.load("mine")


def test_a_course_s_checks_come_before_ours_of_the_same_name(courses: Path) -> None:
    registry.forget("fewshot")  # this test's table is empty
    before = registry.load("fewshot")
    registry.use(own_checks(courses / "one", "fewshot", "walks"))
    assert names(registry.load("fewshot")) == ["ant/runs_walks_checks", "ant/walks_checks"]
    registry.use(courses)
    assert names(registry.load("fewshot")) == names(before)


def test_a_course_may_have_hidden_checks_where_ours_are_not_installed(
    courses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.delitem(sys.modules, "autograder.hidden")
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "autograder.hidden" else found(name, *rest),
    )
    registry.use(own_checks(courses / "one", "mine", "walks", hidden=True))
    monkeypatch.setattr(importlib.util, "find_spec", found)
    assert len(registry.load("mine", hidden=True)) == 4
    registry.use(courses)
    monkeypatch.undo()
