from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from autograder.feedback.audience import exercise_seen_by, seen_by
from autograder.model import Failure, Score


def test_staff_see_all(score: Score) -> None:
    assert seen_by(score, "staff", "law") is score


def test_a_law_only_reader_meets_no_value_of_a_hidden_check(scores: dict[str, Score]) -> None:
    probabilities = seen_by(scores["hidden"], "student", "law").exercises[1]
    hidden = probabilities.checks[5]
    assert (hidden.law, hidden.verdict) == (scores["hidden"].exercises[1].checks[5].law, "falsified")
    assert hidden.message == ""
    assert hidden.counterexample is None
    assert "SECRET" not in str(asdict(probabilities))


def test_public_checks_keep_everything(scores: dict[str, Score]) -> None:
    before = scores["uneven"].exercises[0]
    assert exercise_seen_by(before, "student", "law").checks[5] == before.checks[5]


def test_a_course_may_reveal_hidden_counterexamples(scores: dict[str, Score]) -> None:
    before = scores["hidden"].exercises[1]
    assert exercise_seen_by(before, "student", "counterexample") == before


def test_the_inside_of_the_grader_is_for_staff(scores: dict[str, Score]) -> None:
    seen = seen_by(scores["grader_fault"], "student", "counterexample")
    assert "zygote" not in str(asdict(seen))
    assert seen.notes == ()


@pytest.mark.parametrize("path", ["course/submitted/alan/fewshot.ipynb", "C:\\course\\alan\\fewshot.ipynb"])
def test_a_student_sees_the_file_but_not_the_folders_of_the_grader(
    path: str, scores: dict[str, Score]
) -> None:
    score = replace(scores["ungraded"], error=Failure("student", "no JSON", "Save it again.", path))
    error = seen_by(score, "student", "law").error
    assert error is not None
    assert error.file == "fewshot.ipynb"


def test_a_failure_of_the_grader_tells_a_student_no_more_than_whose_it_is(scores: dict[str, Score]) -> None:
    score = replace(scores["ungraded"], error=Failure("grader", "no bwrap", "Install it.", "/srv/course"))
    assert seen_by(score, "student", "counterexample").error == Failure("grader", "", "")


@pytest.mark.parametrize(("audience", "reveal"), [("Staff", "law"), ("student", "laws"), ("student", "")])
def test_a_misspelt_setting_is_refused(audience: str, reveal: str, scores: dict[str, Score]) -> None:
    with pytest.raises(ValueError, match="has to be"):
        seen_by(scores["hidden"], audience, reveal)  # type: ignore[arg-type]
