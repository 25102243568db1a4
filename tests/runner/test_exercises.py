"""The checks of an exercise: rungs, shrinking one law, the replay, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from autograder.course.settings import Settings
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, Violation, close, function, gives, values
from autograder.model import Call, Cell, CheckResult, Notebook, Outcome, Raised, Returned, TimedOut
from autograder.runner.exercises import ENDS_ALLOWED, SHRINK_CALLS, run_exercises
from autograder.runner.plans import Planner
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.transport import Batch
from tests.runner.made_up import DOUBLES, check, double, doubles, numbers

RIGHT = {"double": lambda x: 2 * x}
SETTINGS = Settings(seed=3)


def run(functions: Mapping[str, Any], *checks: Check, transport: Any = None) -> tuple[CheckResult, ...]:
    results = run_exercises(checks, transport or InProcess(functions), Planner(3, SETTINGS))
    return tuple(each for group in results.values() for each in group)


def verdicts(*results: CheckResult) -> list[str]:
    return [each.verdict for each in results]


def runs(x: np.ndarray) -> Law:
    return Law((double(x),), lambda out: None)


def fails(x: np.ndarray) -> Law:
    def raise_now(out: Any) -> Violation | None:
        return 1 // 0  # type: ignore[assignment,return-value]

    return Law((double(x),), raise_now)


def adds(x: np.ndarray) -> Law:
    return gives(double(x), x + x, 1e-9, "double")


RUNG = check(runs, precondition=True, x=numbers(2))
LAW, OTHER = check(doubles, x=numbers(2)), check(adds, x=numbers(2))


class Counting(InProcess):
    """Counts what it is asked."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        super().__init__(functions)
        self.asked: list[Batch] = []
        self.renewed = 0

    def answer(self, batch: Batch) -> list[Outcome]:
        self.asked.append(batch)
        return super().answer(batch)

    def renew(self, *, whole: bool = True, upto: int | None = None, added: Sequence[Cell] = ()) -> None:
        self.renewed += 1
        super().renew(upto=upto, added=added)


# --- the ladder


def test_all_laws_of_a_right_function_hold() -> None:
    rung, law = run(RIGHT, RUNG, LAW)
    assert verdicts(rung, law) == ["holds", "holds"]
    assert (law.examples, law.credit, law.message, law.counterexample) == (10, 1.0, "", None)
    assert (law.name, law.law, law.visibility, law.weight) == ("doubles", "It is so.", "public", 1.0)


def test_behind_a_broken_rung_everything_is_skipped() -> None:
    results = run({}, RUNG, LAW, OTHER)
    assert verdicts(*results) == ["missing", "skipped", "skipped"]
    assert [each.message for each in results] == [
        "double is not defined.",
        *["Not looked at, because runs did not hold."] * 2,
    ]
    assert [each.credit for each in results] == [0.0, 0.0, 0.0]


def test_behind_a_broken_law_the_others_are_looked_at() -> None:
    assert verdicts(*run({"double": lambda x: 3 * x}, RUNG, LAW, OTHER)) == [
        "holds",
        "falsified",
        "falsified",
    ]


def test_a_rung_that_fails_by_itself_stops_nothing() -> None:
    assert verdicts(*run(RIGHT, check(fails, precondition=True, x=numbers(2)), LAW)) == [
        "grader_fault",
        "holds",
    ]


def test_a_broken_rung_stops_its_own_exercise_alone() -> None:
    triple = function("triple", "x")
    rung = check(
        lambda x: Law((triple(x),), lambda out: None),
        name="t",
        exercise="triple",
        precondition=True,
        x=numbers(1),
    )
    results = run_exercises([rung, RUNG, LAW], InProcess(RIGHT), Planner(3, SETTINGS))
    assert {name: verdicts(*each) for name, each in results.items()} == {
        "triple": ["missing"],
        "double": ["holds", "holds"],
    }


def test_progress_is_told_of_every_check() -> None:
    told: list[str] = []
    run_exercises(
        [RUNG, LAW], InProcess({}), Planner(3, SETTINGS), progress=lambda each: told.append(each.name)
    )
    assert told == ["runs", "doubles"]


# --- the counterexample


def wrong_above(limit: float) -> dict[str, Callable[[torch.Tensor], torch.Tensor]]:
    return {"double": lambda x: torch.where(x > limit, 0.0, 2 * x)}


def test_the_counterexample_is_shrunk_and_told_in_words() -> None:
    (result,) = run(wrong_above(7), LAW)
    assert result.verdict == "falsified"
    assert result.message == "double[1] is 0, but it has to be 16 (tolerance 1.0e-09)."
    found = result.counterexample
    assert found is not None
    assert (found.call, dict(found.arguments)) == ("double(x)", {"x": "[0. 8.]"})
    assert (found.returned, found.expected) == ("[0. 0.]", "[ 0. 16.]")
    assert found.snippet.splitlines()[1:3] == [
        "x = torch.tensor([0.0, 8.0], dtype=torch.float64)",
        "result = double(x)",
    ]


def test_one_law_is_shrunk_and_no_more() -> None:
    first, second = run(wrong_above(7), LAW, OTHER)
    assert first.counterexample is not None
    assert second.counterexample is not None
    assert first.counterexample.arguments["x"] == "[0. 8.]"
    assert second.counterexample.arguments["x"] != "[0. 8.]"  # as it was drawn
    assert second.verdict == "falsified"


def test_each_exercise_has_a_law_shrunk() -> None:
    other = function("other", "x")
    law = check(lambda x: gives(other(x), 2 * x, 1e-9, "other"), name="o", exercise="other", x=numbers(2))
    functions = {**wrong_above(7), "other": wrong_above(3)["double"]}
    results = run(functions, LAW, law)
    assert [each.counterexample.arguments["x"] for each in results if each.counterexample] == [
        "[0. 8.]",
        "[0. 4.]",
    ]


def test_exceptions_are_shrunk_too() -> None:
    raising = {"double": lambda x: 2 * x if (x >= -5).all() else dict[int, int]()[1]}
    (result,) = run(raising, check(doubles, examples=60, x=numbers(2)))
    assert (result.verdict, result.message) == ("raised", "It raised KeyError: 1")
    assert result.counterexample is not None
    assert (result.counterexample.arguments["x"], result.counterexample.returned) == (
        "[ 0. -6.]",
        "raised KeyError",
    )
    assert result.counterexample.expected == "double: [  0. -12.]"  # not empty where nothing came back


def test_shrinking_does_not_slip_into_another_mistake() -> None:
    def two_mistakes(x: torch.Tensor) -> torch.Tensor:
        if (x < -5).any():
            raise KeyError("minus")
        return torch.where(x > 0, 0.0, 2 * x)  # breaks on smaller inputs than those that raise

    (result,) = run({"double": two_mistakes}, check(doubles, name="raises_first", examples=60, x=numbers(2)))
    assert (result.verdict, result.examples) == ("raised", 2)
    assert result.counterexample is not None
    assert result.counterexample.arguments["x"] == "[ 0. -6.]"


def test_a_fixed_input_is_told_as_it_is() -> None:
    large = check(doubles, x=numbers(2), also=[{"x": np.arange(100.0)}])
    (result,) = run(wrong_above(98), large)
    assert (result.verdict, result.examples) == ("falsified", 11)
    assert result.message == "double[99] is 0, but it has to be 198 (tolerance 1.0e-09)."
    assert result.counterexample is not None
    assert result.counterexample.arguments["x"] == "shape (100,), float64, from 0 to 99"


def test_shrinking_makes_no_more_calls_than_it_may() -> None:
    def slow_to_shrink(x: np.ndarray) -> Law:
        return Law(
            (double(x), double(x), double(x)),
            lambda *outs: close(values(outs[0]).sum(), 0.0, 50.0, "the sum"),
        )

    transport = Counting({"double": lambda x: x})
    (result,) = run({}, check(slow_to_shrink, examples=30, x=numbers(40)), transport=transport)
    assert result.verdict == "falsified"
    first, *others = [len(batch.calls) for batch in transport.asked]
    assert first == 90
    assert 3 * 20 < sum(others) <= SHRINK_CALLS + 3  # and the replay
    assert set(others) == {3}


def test_the_picture_and_the_call_of_the_law_are_passed_on() -> None:
    def pictured(x: np.ndarray) -> Law:
        return Law(
            (double(x), function("double", "y")(x)),
            lambda a, b: Violation("no", "this", "that", call=1, picture={"kind": "rows"}),
        )

    (result,) = run(RIGHT, check(pictured, x=numbers(1)))
    found = result.counterexample
    assert found is not None
    assert (found.call, found.returned, found.expected, found.picture) == (
        "double(y)",
        "this",
        "that",
        {"kind": "rows"},
    )


def test_where_the_law_does_not_say_what_came_back_the_outcome_does() -> None:
    (result,) = run(
        RIGHT, check(lambda x: Law((double(x),), lambda out: Violation("no")), name="no", x=numbers(2))
    )
    assert result.counterexample is not None
    assert result.counterexample.returned == "[0. 0.]"


def test_a_law_without_calls_has_no_counterexample() -> None:
    (result,) = run({}, check(lambda seed: Law((), lambda: Violation("There is no file.")), name="file"))
    assert (result.verdict, result.message, result.counterexample) == ("falsified", "There is no file.", None)


def test_a_law_can_give_a_part_of_its_weight() -> None:
    (result,) = run(RIGHT, check(lambda seed: Law((), lambda: Violation("Half.", credit=0.5)), name="half"))
    assert (result.verdict, result.credit) == ("falsified", 0.5)


def test_calls_are_made_within_the_seconds_of_the_check() -> None:
    transport = Counting(wrong_above(7))
    slow = check(doubles, x=numbers(2))
    object.__setattr__(slow, "seconds", 9.0)
    run({}, slow, transport=transport)
    assert {batch.call_seconds for batch in transport.asked} == {9.0}


# --- the replay


def test_the_counterexample_is_replayed_in_a_fresh_child() -> None:
    transport = Counting(wrong_above(7))
    run({}, LAW, transport=transport)
    assert transport.renewed == 1
    (replayed,) = transport.asked[-1].calls
    assert replayed.arguments["x"].tolist() == [0.0, 8.0]


def test_what_broke_once_and_holds_again_is_inconsistent() -> None:
    calls = iter(range(1000))
    (result,) = run({"double": lambda x: 2 * x + (next(calls) == 4)}, LAW)
    assert (result.verdict, result.credit) == ("inconsistent", 0.0)
    assert result.message == (
        "It broke once and held when asked again in a fresh process: the result depends on earlier calls."
    )
    found = result.counterexample
    assert found is not None
    x = np.array(found.arguments["x"].strip("[]").split(), dtype=float)
    assert (
        np.array(found.returned.strip("[]").split(), dtype=float).tolist() == (2 * x).tolist()
    )  # of this very x


def test_state_that_a_notebook_keeps_between_calls_is_inconsistent() -> None:
    source = "seen = []\ndef double(x):\n    seen.append(1)\n    return 2 * x if len(seen) < 5 else 0 * x - 1"
    transport = InProcess()
    transport.run(Notebook("n.ipynb", (Cell(0, "code", source),)))
    (result,) = run({}, LAW, transport=transport)
    assert result.verdict == "inconsistent"


def test_what_the_replay_shows_is_what_is_told() -> None:
    class Changing(Counting):
        """Raises in a fresh child, where it gave a wrong value before."""

        def answer(self, batch: Batch) -> list[Outcome]:
            outcomes = super().answer(batch)
            return [Raised("KeyError", "fresh") for _ in outcomes] if self.renewed else outcomes

    (result,) = run({}, LAW, transport=Changing(wrong_above(7)))
    assert (result.verdict, result.message) == ("raised", "It raised KeyError: fresh")


# --- what is left out


class Ending:
    """A transport whose child ends in the calls of some functions."""

    name = "ending"

    def __init__(self, ends: Mapping[str, Outcome]) -> None:
        self.ends = ends

    def answer(self, batch: Batch) -> list[Outcome]:
        found: list[Outcome] = []
        for call in batch.calls:
            found.append(self.ends.get(call.function, Returned(None)))
            if call.function in self.ends:
                break
        return found

    def renew(self, *, whole: bool = True, upto: int | None = None, added: Sequence[Cell] = ()) -> None:
        raise AssertionError("what ended is not replayed")


def asks(name: str, exercise: str = "double") -> Check:
    return check(lambda: Law((Call(name), Call(name)), lambda *outs: None), name=name, exercise=exercise)


def test_an_exercise_that_hangs_again_and_again_is_left_alone() -> None:
    hangs = [asks(name) for name in ("a", "b", "c", "d")]
    transport = Ending(dict.fromkeys(("a", "b", "c"), TimedOut(2.0)))
    results = run({}, *hangs, transport=transport)
    assert ENDS_ALLOWED == 2
    assert verdicts(*results) == ["timed_out", "timed_out", "skipped", "skipped"]
    assert results[0].message == "No answer within 2 s."
    assert results[2].message == "Not looked at, because the exercise ran out of time or crashed too often."


def test_one_hang_does_not_cost_the_other_laws() -> None:
    transport = Ending({"b": TimedOut(2.0)})
    assert verdicts(*run({}, asks("a"), asks("b"), asks("c"), transport=transport)) == [
        "holds",
        "timed_out",
        "holds",
    ]


def test_hangs_are_counted_for_each_exercise_anew() -> None:
    transport = Ending(dict.fromkeys(("a", "b", "c"), TimedOut(2.0)))
    results = run(
        {}, asks("a", "one"), asks("b", "one"), asks("c", "two"), asks("d", "two"), transport=transport
    )
    assert verdicts(*results) == ["timed_out", "timed_out", "timed_out", "holds"]


# --- where to read


def test_where_to_read_is_the_course_s_slides_then_what_the_check_says_or_its_exercise() -> None:
    first = replace(check(runs, x=numbers(1)), read="Equation (1)")
    second, third = check(adds, x=numbers(1)), replace(DOUBLES, read="Equation (2)")
    functions = InProcess({"double": lambda x: 2 * x})
    for slides, begins in (({}, ""), ({"double": "Slide 7"}, "Slide 7; ")):
        planner = Planner(3, Settings(seed=3, read=slides))
        results = run_exercises([first, second, third], functions, planner)["double"]
        assert [each.read for each in results] == [
            f"{begins}Equation (1)",
            f"{begins}Equation (1)",
            f"{begins}Equation (2)",
        ]


# --- a GPU


class WithoutGpu(Counting):
    def no_gpu(self) -> str | None:
        return "There is none."


def test_where_there_is_no_gpu_the_grader_says_so_and_asks_nothing() -> None:
    near, also_near = check(runs, gpu=True, x=numbers(2)), check(adds, gpu=True, x=numbers(2))
    transport = WithoutGpu(RIGHT)
    found = run(RIGHT, RUNG, near, LAW, also_near, transport=transport)
    assert verdicts(*found) == ["holds", "grader_fault", "holds", "grader_fault"]
    assert (found[1].message, found[1].credit, found[1].counterexample) == ("There is none.", 0.0, None)
    assert len(transport.asked) == 2


def test_a_precondition_that_no_gpu_can_be_had_for_stops_nothing() -> None:
    near = check(runs, precondition=True, gpu=True, x=numbers(2))
    assert verdicts(*run(RIGHT, near, LAW, transport=WithoutGpu(RIGHT))) == ["grader_fault", "holds"]
