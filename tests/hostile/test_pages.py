"""Pages about hostile submissions, opened in a real browser: no script runs, no request leaves, no dialog opens.

Needs Chromium (Debian, Ubuntu: apt-get install chromium).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nh3
import pytest

from autograder.feedback.class_page import class_page
from autograder.feedback.html import exercise_fragment, student_page
from autograder.model import CellResult, CheckResult, Counterexample, ExerciseResult, Failure, Score
from autograder.nbgrader_bridge.untrusted import safe_markdown, safe_outputs
from tests.hostile.browsing import PAYLOADS, Visit, outputs

POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


def score(payload: str) -> Score:
    """A submission with the payload in every text that a student, a notebook or a file system can shape."""
    found = Counterexample(
        payload, {payload: payload}, payload, payload, payload, {"kind": payload, "x": payload}
    )
    checks = tuple(
        CheckResult(payload, payload, "public", 1.0, verdict, 3, payload, found)
        for verdict in ("falsified", "raised", "crashed", "inconsistent", "skipped", "missing")
    )
    exercises = (ExerciseResult(payload, 0.0, 2.0, "student", checks, note=payload),)
    error = Failure("student", payload, payload, payload, 3)
    return Score(
        payload,
        payload,
        "graded",
        1.0,
        2.0,
        0.0,
        1,
        payload,
        payload,
        {payload: payload},
        exercises,
        error,
        (payload,),
    )


def without_picture(check: CheckResult) -> CheckResult:
    assert check.counterexample is not None
    return replace(check, counterexample=replace(check.counterexample, picture=None))


def pages(payload: str) -> dict[str, str]:
    hostile = score(payload)
    exercise = hostile.exercises[0]
    bare = replace(
        hostile, exercises=(replace(exercise, checks=tuple(map(without_picture, exercise.checks))),)
    )
    return {
        "student": student_page(bare),
        "staff": student_page(bare, audience="staff"),
        "class": class_page(
            [bare, replace(bare, student="ada")], payload, {payload: payload, "ada": f"staff/{payload}.html"}
        ),
        "fragment": exercise_fragment(bare.exercises[0], standalone=True),
    }


@pytest.mark.parametrize("kind", ["student", "staff", "class", "fragment"])
def test_a_page_about_a_hostile_submission_is_inert(visit: Callable[[str], Visit], kind: str) -> None:
    seen = visit(pages("\n".join(PAYLOADS))[kind])
    assert seen.happened == []
    assert "alert(1)" in seen.text  # as text: a person sees what was tried


def test_cleaned_outputs_are_inert_even_without_a_policy(visit: Callable[[str], Visit]) -> None:
    """Formgrader shows HTML outputs and written answers as they are: what is left of them after cleaning does nothing."""
    cleaned = safe_outputs(CellResult(0, tuple(outputs())))
    shown = [str(output.data["text/html"]) for output in cleaned if "text/html" in output.get("data", {})]
    kinds = {kind for output in cleaned for kind in output.get("data", {})}
    assert len(shown) == len(PAYLOADS)
    assert kinds <= {"text/html", "text/plain", "image/png", "image/jpeg"}
    # A picture's address is all that nh3 leaves; formgrader's page may ask for it, as for any picture in an answer.
    html = re.sub(r"<img[^>]*>", "", "\n".join(shown))
    assert visit(f"<html><body>{html}{safe_markdown(' '.join(PAYLOADS[4:6]))}</body></html>").happened == []


# --- each layer alone ------------------------------------------------------------------------------------------------------

BODY = "\n".join(PAYLOADS[:4] + PAYLOADS[7:8])


def test_the_payloads_work_where_nothing_stops_them(visit: Callable[[str], Visit]) -> None:
    seen = visit(f"<html><head></head><body>{BODY}</body></html>")
    assert seen.hit
    assert seen.dialogs
    assert seen.requests


@pytest.mark.parametrize("layer", ["the policy", "nh3", "escaping"])
def test_each_layer_alone_makes_them_inert(visit: Callable[[str], Visit], layer: str) -> None:
    from markupsafe import escape

    head = POLICY if layer == "the policy" else ""
    body = {
        "the policy": BODY,
        "nh3": nh3.clean(BODY, tags=nh3.ALLOWED_TAGS - {"img"}),
        "escaping": str(escape(BODY)),
    }[layer]
    seen = visit(f"<html><head>{head}</head><body>{body}</body></html>")
    assert not seen.hit
    assert seen.dialogs == []
    assert [each for each in seen.requests if layer != "the policy"] == []


def test_the_policy_stands_before_everything_else(tmp_path: Path) -> None:
    for kind, html in pages("x").items():
        head = html.index("Content-Security-Policy")
        for late in ("<style", "<body", "<img", "<link"):
            assert late not in html[:head], (kind, late)
