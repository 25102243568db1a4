from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import GraderError
from autograder.feedback.json import from_json, to_json
from autograder.model import (
    Blame,
    CheckResult,
    Counterexample,
    ExerciseResult,
    Failure,
    Score,
    Status,
    Verdict,
)

TEXT = st.text(st.characters(exclude_categories=[]), max_size=12)
NUMBER = st.floats(allow_nan=False)  # NaN is unequal to itself; it has a test of its own
KEY = TEXT.filter(lambda key: key != "float")
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)
COUNTEREXAMPLES = st.builds(
    Counterexample,
    call=TEXT,
    arguments=st.dictionaries(TEXT, TEXT, max_size=2),
    returned=TEXT,
    expected=TEXT,
    snippet=TEXT,
    picture=st.none() | st.dictionaries(KEY, PLAIN, max_size=3),
)
CHECKS = st.builds(
    CheckResult,
    name=TEXT,
    law=TEXT,
    visibility=st.sampled_from(["public", "hidden"]),
    weight=NUMBER,
    verdict=st.sampled_from(get_args(Verdict)),
    examples=st.integers(0),
    message=TEXT,
    counterexample=st.none() | COUNTEREXAMPLES,
    credit=NUMBER,
)
EXERCISES = st.builds(
    ExerciseResult,
    name=TEXT,
    points=NUMBER,
    max_points=NUMBER,
    blame=st.none() | st.sampled_from(get_args(Blame)),
    checks=st.lists(CHECKS, max_size=2).map(tuple),
    manual=st.booleans(),
    note=TEXT,
)
FAILURES = st.builds(
    Failure,
    blame=st.sampled_from(get_args(Blame)),
    what=TEXT,
    remedy=TEXT,
    file=st.none() | TEXT,
    cell=st.none() | st.integers(0),
)
RESULTS = st.builds(
    Score,
    assignment=TEXT,
    student=TEXT,
    status=st.sampled_from(get_args(Status)),
    score=st.none() | NUMBER,
    max_score=NUMBER,
    pending_points=NUMBER,
    seed=st.integers(),
    sandbox=TEXT,
    device=TEXT,
    versions=st.dictionaries(TEXT, TEXT, max_size=2),
    exercises=st.lists(EXERCISES, max_size=2).map(tuple),
    error=st.none() | FAILURES,
    notes=st.lists(TEXT, max_size=2).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(RESULTS)
def test_what_is_written_is_read_again(result: Score) -> None:
    text = to_json(result)
    assert from_json(text) == result
    assert to_json(from_json(text)) == text
    assert text.isascii()


def test_the_same_score_gives_the_same_bytes(score: Score) -> None:
    versions = dict(reversed(list(score.versions.items())))
    assert to_json(score) == to_json(
        replace(score, versions=versions, pending_points=score.pending_points + 0.0)
    )


def test_whole_numbers_and_negative_zero_write_the_same_bytes(scores: dict[str, Score]) -> None:
    score = replace(scores["perfect"], score=3.0, pending_points=0.0)
    assert to_json(replace(score, score=3, pending_points=-0.0)) == to_json(score)


def test_the_keys_that_the_outside_reads(scores: dict[str, Score]) -> None:
    result = json.loads(to_json(scores["uneven"]))
    assert list(result)[:12] == [
        *("schema", "assignment", "student", "status", "score", "max_score", "pending_points"),
        *("seed", "sandbox", "device", "versions", "error"),
    ]
    assert result["schema"] == 1
    exercise = result["exercises"][0]
    assert {"name", "points", "max_points", "blame", "checks"} <= set(exercise)
    check = exercise["checks"][5]
    assert {"name", "law", "visibility", "weight", "verdict", "examples", "message"} <= set(check)
    assert {"call", "arguments", "returned", "expected", "snippet"} <= set(check["counterexample"])
    assert json.loads(to_json(scores["ungraded"]))["error"].keys() == {
        "blame",
        "file",
        "cell",
        "what",
        "remedy",
    }


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_does_not_know(value: float, scores: dict[str, Score]) -> None:
    picture = {"kind": "plane", "returned": [[value, 1.0]], "names": ["NaN", "Infinity"]}
    check = CheckResult(
        "a", "b", "public", 1.0, "falsified", counterexample=Counterexample("f()", picture=picture)
    )
    exercise = ExerciseResult("f", value, 1.0, None, (check,))
    text = to_json(replace(scores["perfect"], score=value, exercises=(exercise,)))
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    again = from_json(text)
    found = again.exercises[0].checks[0].counterexample
    assert again.score == pytest.approx(value, nan_ok=True)
    assert found is not None
    assert repr(found.picture) == repr(picture)  # NaN is unequal to itself


def test_arrays_and_tuples_in_a_picture_become_lists(scores: dict[str, Score]) -> None:
    picture = {"returned": np.array([[1.0, 2.0]]), "classes": (np.int64(3), "a"), "other": {1: object}}
    check = CheckResult(
        "a", "b", "public", 1.0, "falsified", counterexample=Counterexample("f()", picture=picture)
    )
    score = replace(scores["perfect"], exercises=(ExerciseResult("f", 0.0, 1.0, None, (check,)),))
    found = from_json(to_json(score)).exercises[0].checks[0].counterexample
    assert found is not None
    assert found.picture is not None
    assert found.picture["returned"] == [[1.0, 2.0]]
    assert found.picture["classes"] == [3, "a"]


def _changed(score: Score, /, **values: Any) -> str:
    return json.dumps({**json.loads(to_json(score)), **values})


def test_unknown_keys_are_passed_over_and_additions_may_lack(scores: dict[str, Score]) -> None:
    score = scores["perfect"]
    text = _changed(score, later="something")
    assert from_json(text) == score
    without = json.loads(text)
    del without["notes"]
    assert from_json(json.dumps(without)) == score


def test_a_result_of_before_there_were_essential_laws_has_none(scores: dict[str, Score]) -> None:
    whole = json.loads(to_json(scores["hidden"]))
    checks = [check for exercise in whole["exercises"] for check in exercise["checks"]]
    assert {check.pop("essential") for check in checks} == {True, False}
    assert not any(check.essential for one in from_json(json.dumps(whole)).exercises for check in one.checks)


@pytest.mark.parametrize(
    "values",
    [
        {"schema": 2},
        {"status": "done"},
        {"score": "many"},
        {"score": True},
        {"max_score": 10**400},
        {"student": None},
        {"exercises": {}},
        {"exercises": [{"name": "f"}]},
        {"versions": []},
        {"seed": 1.5},
        {"error": "no"},
    ],
)
def test_a_file_of_another_shape_is_refused_with_a_remedy(
    values: dict[str, Any], scores: dict[str, Score]
) -> None:
    with pytest.raises(GraderError, match="again"):
        from_json(_changed(scores["perfect"], **values))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000])
def test_what_is_no_result_at_all_is_refused(text: str) -> None:
    with pytest.raises(GraderError, match="again"):
        from_json(text)
