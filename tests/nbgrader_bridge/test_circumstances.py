"""What decides points beside the notebook: a change of it is entered by the next run, and a dry run foretells it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.classroom.dry_run import change
from autograder.classroom.late import unknown_times
from autograder.nbgrader_bridge import recorder
from autograder.nbgrader_bridge.foretelling import ahead
from tests.nbgrader_bridge.tiny_course import CONFIG, TinyCourse, graded_as

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

POLICY = "[late]\npercent_per_day = 10\nat_most_percent = 40\n"
RESULT = graded_as("eve")


@pytest.fixture
def late(course: TinyCourse) -> TinyCourse:
    """Due at noon; eve came three hours late: a day of 10 % of 8.5 points."""
    due(course, datetime(2026, 3, 1, 12))
    course.submit("eve")
    stamp(course, b"2026-03-01 15:00:00 UTC")
    (course.root / "autograder.toml").write_text(POLICY)
    enter(course)
    assert penalty(course) == 0.85
    return course


def stamp(course: TinyCourse, raw: bytes) -> None:
    (course.folder("eve") / "timestamp.txt").write_bytes(raw)


def due(course: TinyCourse, when: datetime) -> None:
    with closing(Gradebook(course.db_url)) as book:
        book.update_or_create_assignment("tiny", duedate=when)


def extend(course: TinyCourse) -> None:
    with closing(Gradebook(course.db_url)) as book:
        book.find_submission("tiny", "eve").extension = timedelta(hours=4)
        book.db.commit()


def configured(course: TinyCourse) -> None:
    (course.root / "autograder.toml").unlink()
    (course.root / "nbgrader_config.py").write_text(
        CONFIG + "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )


def enter(course: TinyCourse) -> str:
    with recorder(course.root, "tiny") as book:
        assert book.enter("eve", RESULT).failure is None
        return book.circumstances("eve")


def circumstances(course: TinyCourse) -> str:
    with recorder(course.root, "tiny") as book:
        return book.circumstances("eve")


def foretold(course: TinyCourse) -> tuple[float, float | None]:
    with ahead(course.root, "tiny") as penalties:
        return penalties(RESULT.score)


def penalty(course: TinyCourse) -> float:
    with closing(Gradebook(course.db_url)) as book:
        return float(book.find_submission("tiny", "eve").late_submission_penalty)


CHANGES: dict[str, tuple[Callable[[TinyCourse], object], float]] = {
    "an earlier time": (lambda course: stamp(course, b"2026-03-01 11:00:00 UTC"), 0.0),
    "a later time": (lambda course: stamp(course, b"2026-03-03 11:00:00 UTC"), 1.7),
    "a time with a byte order mark": (
        lambda course: stamp(course, b"\xef\xbb\xbf2026-03-03 11:00 UTC\r\n"),
        1.7,
    ),
    "an unknown time": (lambda course: stamp(course, b"Sonntag"), 0.0),
    "a later deadline": (lambda course: due(course, datetime(2026, 3, 2)), 0.0),
    "an earlier deadline": (lambda course: due(course, datetime(2026, 2, 28)), 1.7),
    "an extension": (extend, 0.0),
    "another rule": (
        lambda course: (course.root / "autograder.toml").write_text(POLICY.replace("= 10", "= 20")),
        1.7,
    ),
    "no rule": (lambda course: (course.root / "autograder.toml").unlink(), 0.0),
    "nbgrader's own rule": (configured, 7.5),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_entered_by_the_next_run_and_foretold_by_a_dry_one(late: TinyCourse, what: str) -> None:
    changed, then = CHANGES[what]
    before = circumstances(late)
    assert foretold(late) == (0.85, 0.85)
    changed(late)
    assert circumstances(late) != before
    assert foretold(late) == (0.85, then)
    enter(late)
    assert penalty(late) == then
    assert foretold(late) == (then, then)


def test_nothing_changes_by_being_entered(late: TinyCourse) -> None:
    assert circumstances(late) == circumstances(late) == enter(late) == circumstances(late)


def test_a_mark_given_by_hand_raises_what_a_penalty_can_take(course: TinyCourse) -> None:
    due(course, datetime(2026, 2, 1))
    course.submit("eve")
    stamp(course, b"2026-03-01 15:00:00 UTC")
    (course.root / "autograder.toml").write_text(POLICY)
    poor = graded_as("eve", add=0.0, double=0.0, greet=1.0)
    with recorder(course.root, "tiny") as book:
        book.enter("eve", poor)
        before = book.circumstances("eve")
        course.mark_by_hand("eve", "add_checks", 3.0)
        assert book.circumstances("eve") != before
    with ahead(course.root, "tiny") as penalties:
        assert penalties(poor.score) == (1.0, 3.4)
    with recorder(course.root, "tiny") as book:
        book.enter("eve", poor)
    assert penalty(course) == 3.4


def test_an_unknown_time_is_never_late_through_the_other_door_either(late: TinyCourse) -> None:
    stamp(late, b"\xef\xbb\xbf2026-03-03 11:00:00 UTC")
    late.nbgrader_autograde(RESULT)
    assert penalty(late) == 1.7
    stamp(late, b"01/12/2026 10:00")
    late.nbgrader_autograde(RESULT)
    assert penalty(late) == 0.0


def test_a_rule_that_only_nbgrader_can_ask_is_said_to_be_so(late: TinyCourse) -> None:
    (late.root / "nbgrader_config.py").write_text(
        CONFIG
        + "from nbgrader.plugins import LateSubmissionPlugin\n"
        + "class Own(LateSubmissionPlugin):\n"
        + "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        + "        return self.parent.gradebook and 1.0\n"
        + "c.AssignLatePenalties.plugin_class = Own\n"
    )
    assert foretold(late) == (0.85, None)


def test_a_dry_run_says_what_being_late_would_cost() -> None:
    from autograder.classroom.dry_run import lines

    score = RESULT.score
    assert change(score, score, penalties=(0.85, 0.85)) is None
    found = change(score, score, penalties=(0.85, 1.7))
    assert found is not None
    assert found.points_change
    assert "  being late: -0.85 -> -1.7" in lines([found])
    unsure = change(score, score, penalties=(0.85, None))
    assert unsure is not None
    assert "  being late: -0.85 -> -what its rule says then" in lines([unsure])


def test_unknown_times_are_told_and_missing_ones_where_they_matter(late: TinyCourse) -> None:
    late.submit("ada")
    assert unknown_times(late.root, "tiny") == {"ada": "there is no timestamp.txt. It counts as on time."}
    (late.folder("ada") / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC")
    stamp(late, b"")
    assert unknown_times(late.root, "tiny") == {"eve": "timestamp.txt is empty. It counts as on time."}
    (late.folder("eve") / "timestamp.txt").unlink()
    (late.root / "autograder.toml").unlink()
    assert unknown_times(late.root, "tiny") == {}  # nobody asks


def test_a_result_that_changed_is_another_one_whatever_the_circumstances(late: TinyCourse) -> None:
    from autograder.classroom.journal import _entered

    other = replace(RESULT, score=replace(RESULT.score, score=1.0))
    assert len({_entered(RESULT, "a"), _entered(RESULT, "b"), _entered(other, "a")}) == 3
