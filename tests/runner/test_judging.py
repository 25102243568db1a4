"""Every kind of outcome has its verdict, and an error of the judge is never the student's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from autograder.laws.vocabulary import Law, Violation, differentiated, function, gives, raises, untouched
from autograder.model import Call, Crashed, Missing, Raised, Returned, Tensor, TimedOut
from autograder.runner.judging import Finding, judge

CALL = Call("double", {"x": np.zeros(1)})
ONE = Returned(Tensor(np.array([1.0]), "float64"))
LAW = gives(CALL, [1.0], 0.0, "double")
TWICE = Law((CALL, CALL), lambda a, b: None)


def found(law: Law, *outcomes: Any) -> tuple[str, str, int]:
    finding = judge(law, outcomes)
    assert finding is not None
    return finding.verdict, finding.broken.message, finding.broken.call


def test_a_law_that_holds_gives_no_finding() -> None:
    assert judge(LAW, [ONE]) is None


@pytest.mark.parametrize(
    ("outcome", "verdict", "says"),
    [
        (
            Returned(Tensor(np.array([2.0]), "float64")),
            "falsified",
            "double[0] is 2, but it has to be 1 (tolerance 0.0e+00).",
        ),
        (Raised("KeyError", "'k'"), "raised", "It raised KeyError: 'k'"),
        (
            Raised("KeyError", "'k'", "line 3 of its cell: x[k]"),
            "raised",
            "It raised KeyError: 'k' (line 3 of its cell: x[k])",
        ),
        (Raised("NotImplementedError", ""), "missing", "Not done yet: it raises NotImplementedError."),
        (Missing("double"), "missing", "double is not defined."),
        (
            Missing("double", "is of type int, not a function"),
            "missing",
            "double is of type int, not a function.",
        ),
        (TimedOut(2.0), "timed_out", "No answer within 2 s."),
        (Crashed("ended by signal 9"), "crashed", "The process that ran the call ended by signal 9."),
    ],
)
def test_an_outcome_has_its_verdict(outcome: Any, verdict: str, says: str) -> None:
    assert found(LAW, outcome) == (verdict, says, 0)


def test_the_first_call_that_ended_is_told() -> None:
    assert found(TWICE, ONE, TimedOut(1.5)) == ("timed_out", "No answer within 1.5 s.", 1)
    assert found(TWICE, Raised("KeyError", "k"), TimedOut(1.5))[::2] == ("raised", 0)


def test_calls_that_were_never_made_are_a_crash() -> None:
    assert found(TWICE, ONE) == ("crashed", "The process that ran the call ended.", 0)
    assert found(LAW) == ("crashed", "The process that ran the call ended.", 0)


def test_an_error_of_the_judge_is_the_grader_s_fault() -> None:
    def fails(out: Any) -> Violation | None:
        raise ZeroDivisionError("oh")

    assert found(Law((CALL,), fails), ONE) == (
        "grader_fault",
        "The check itself failed (ZeroDivisionError: oh).",
        0,
    )


def test_an_error_of_a_form_is_the_grader_s_fault() -> None:
    def form(out: Any, call: Call) -> Violation | None:
        raise TypeError("oh")

    f = function("f", form=form)
    assert found(Law((f(),), lambda out: None), ONE)[0] == "grader_fault"


def test_a_form_is_asked_before_the_law_and_of_every_call() -> None:
    def form(out: Any, call: Call) -> Violation | None:
        return Violation("It is None.") if out is None else None

    def never(*outs: Any) -> Violation | None:
        raise AssertionError("the law was asked although the form was broken")

    f = function("f", form=form)
    assert found(Law((f(), f()), never), ONE, Returned(None)) == ("falsified", "It is None.", 1)


def test_a_law_about_raising_sees_the_exception() -> None:
    law = raises(CALL, ValueError, "it is empty")
    assert judge(law, [Raised("ValueError", "no")]) is None
    assert found(law, Raised("KeyError", "k"))[0] == "falsified"
    assert found(law, ONE)[:2] == ("falsified", "No error was raised although it is empty.")
    assert found(law, Missing("double"))[0] == "missing"
    assert found(law, TimedOut(1.0))[0] == "timed_out"


def asks_for_gradients(outcome: Any) -> None:
    dict(outcome.gradients)


@pytest.mark.parametrize(
    "law",
    [
        untouched(CALL, "x"),
        Law((differentiated(CALL, "x"),), asks_for_gradients, outcomes=True),
    ],
)
def test_a_law_that_wants_outcomes_is_not_asked_about_exceptions(law: Law) -> None:
    """A function that raises has raised, whatever the law is about: the grader is not to blame."""
    assert found(law, Raised("RuntimeError", "modified by an inplace operation"))[0] == "raised"


def test_a_law_that_wants_outcomes_gets_them() -> None:
    seen: list[Any] = []
    law = Law((CALL, CALL), lambda *outcomes: seen.extend(outcomes), outcomes=True)
    assert judge(law, [ONE, ONE]) is None
    assert seen == [ONE, ONE]


def test_infinite_values_do_not_make_numpy_warn() -> None:
    law = Law((CALL,), lambda out: Violation("odd") if np.isnan(out.array.sum()) else None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        odd = Returned(Tensor(np.array([np.inf, -np.inf]), "float64"))
        assert isinstance(judge(law, [odd]), Finding)
