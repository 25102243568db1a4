"""What being late costs, through both doors, and after a person has had a say."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from traitlets.config import Config

from autograder.nbgrader_bridge import configure
from tests.nbgrader_bridge.tiny_course import TinyCourse, graded_as

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

POLICY = "[late]\npercent_per_day = 10\ngrace_minutes = 15\nat_most_percent = 40\n"


@pytest.fixture
def due(course: TinyCourse) -> TinyCourse:
    """Due at noon; ada is in time, bob within the grace, eve three hours late, zoe eight days."""
    with closing(Gradebook(course.db_url)) as book:
        book.update_or_create_assignment("tiny", duedate=datetime(2026, 3, 1, 12))
    handed_in = {"ada": "01 11:59", "bob": "01 12:10", "eve": "01 15:00", "zoe": "09 11:00"}
    for student, when in handed_in.items():
        course.submit(student)
        (course.folder(student) / "timestamp.txt").write_text(f"2026-03-{when}:00 UTC")
    (course.root / "autograder.toml").write_text(POLICY)
    return course


def scores(course: TinyCourse) -> dict[str, tuple[float, float]]:
    with closing(Gradebook(course.db_url)) as book:
        return {
            each.student.id: (round(float(each.score), 4), float(each.late_submission_penalty))
            for each in book.assignment_submissions("tiny")
        }


@pytest.mark.parametrize("door", ["record", "nbgrader_autograde"])
def test_days_that_were_begun_cost_their_share(due: TinyCourse, door: str) -> None:
    getattr(due, door)(*(graded_as(student) for student in ("ada", "bob", "eve", "zoe")))
    # of 8.5 points: 10 % for a day begun, 40 % at most
    assert scores(due) == {"ada": (7.5, 0.0), "bob": (7.5, 0.0), "eve": (7.5, 0.85), "zoe": (7.5, 3.4)}


def test_a_mark_given_later_is_as_late_as_the_others(due: TinyCourse) -> None:
    due.record(graded_as("zoe", add=0.0, double=0.0, greet=1.0))
    assert scores(due)["zoe"] == (1.0, 1.0)  # no more than there is
    due.mark_by_hand("zoe", "add_checks", 3.0)
    due.nbgrader_feedback()
    assert scores(due)["zoe"] == (4.0, 3.4)
    page = (due.root / "feedback" / "zoe" / "tiny" / "tiny.html").read_text()
    assert "Score: 0.6 / 8.5" in page


def test_without_a_policy_nbgraders_own_holds(due: TinyCourse) -> None:
    (due.root / "autograder.toml").unlink()
    due.record(graded_as("eve"))
    assert scores(due)["eve"] == (7.5, 0.0)
    config = due.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    due.record(graded_as("eve"))
    assert scores(due)["eve"] == (7.5, 7.5)


def test_a_courses_own_plugin_stays() -> None:
    c = Config()
    c.AssignLatePenalties.plugin_class = LateSubmissionPlugin
    configure(c)
    assert c.AssignLatePenalties.plugin_class is LateSubmissionPlugin
