"""A program is named by a mistake only where its answers are the mistake's and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograder.model import Call, Outcome, Raised, Returned, Tensor
from autograder.runner.naming.aspects import Cells, cells
from autograder.runner.naming.deciding import Candidate, Ground, names

CALLS = [Call("pair") for _ in range(6)]
INPUTS = [np.array([1.0, 2.0 + i]) for i in range(6)]
Pair = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def answers(function: Pair, dtypes: tuple[str, str] = ("float64", "float64")) -> Cells:
    outcomes: Sequence[Outcome] = [
        Returned(
            tuple(Tensor(np.asarray(part), dtype) for part, dtype in zip(function(x), dtypes, strict=True))
        )
        for x in INPUTS
    ]
    return cells(CALLS, outcomes)


def right(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x.mean(), x.max()


def summed(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x.sum(), x.max()


def in_percent(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x.mean(), 100 * x.max()


GROUND = Ground.of([answers(right)])


def mistake(name: str, found: Cells, *, vouched: bool = False, ground: Ground = GROUND) -> Candidate:
    return Candidate(name, f"does {name}", vouched, found, ground.wrong(found))


KNOWN = [mistake("summed", answers(summed)), mistake("percent", answers(in_percent))]


def said(student: Cells, known: Sequence[Candidate] = KNOWN, ground: Ground = GROUND) -> list[str]:
    return [each.says for each in names(student, ground, known)]


def test_a_program_with_the_answers_of_a_mistake_is_named_by_it() -> None:
    assert said(answers(lambda x: (x.mean() * 2 * (1 + 1e-12), x.max()))) == ["does summed"]


def test_a_right_program_has_no_name() -> None:
    assert said(answers(right)) == []


def test_one_call_that_differs_leaves_a_program_without_a_name() -> None:
    assert said(answers(lambda x: (x.sum() if x[1] < 7 else x.sum() + 0.1, x.max()))) == []


def test_two_mistakes_in_two_parts_are_both_named() -> None:
    assert said(answers(lambda x: (x.sum(), 100 * x.max()))) == ["does summed", "does percent"]


def test_a_part_that_nothing_explains_leaves_the_whole_without_a_name() -> None:
    assert said(answers(lambda x: (x.sum(), x.max() + 0.5))) == []


def test_a_program_that_is_right_where_the_mistake_is_wrong_is_not_it() -> None:
    both = mistake("both", answers(lambda x: (x.sum(), x.min())))
    assert said(answers(summed), [both]) == []


def test_two_mistakes_with_the_same_answers_are_both_said_and_three_are_not() -> None:
    twins = [mistake(name, answers(summed)) for name in ("one", "other", "third")]
    assert said(answers(summed), twins[:2]) == ["does one, or that does other"]
    assert said(answers(summed), twins) == []


def test_a_dtype_alone_names_only_what_has_a_sentence_for_it() -> None:
    single = answers(right, ("float32", "float64"))
    assert said(single, [mistake("single", single)]) == []
    assert said(single, [mistake("single", single, vouched=True)]) == ["does single"]


def test_the_same_wrong_number_in_every_call_is_not_enough() -> None:
    zero = answers(lambda x: (np.zeros(()), x.max()))
    assert said(zero, [mistake("zero", zero)]) == []


def test_programs_that_raise_are_not_named_by_each_other() -> None:
    raising = cells(CALLS, [Raised("TypeError", "unsupported operand")] * len(CALLS))
    assert said(raising, [mistake("raising", raising)]) == []


def test_where_right_programs_differ_only_the_very_answers_of_a_mistake_name_it() -> None:
    def draws(seed: int) -> Pair:
        source = np.random.default_rng(seed)
        return lambda x: (source.normal(size=3), x.max())

    ground = Ground.of([answers(draws(1)), answers(draws(2))])
    always = answers(lambda x: (x[1] * np.arange(3.0), x.max()))
    known = [mistake("always", always, ground=ground)]
    assert said(answers(draws(3)), known, ground) == []
    assert said(always, known, ground) == ["does always"]
