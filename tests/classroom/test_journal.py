"""Graded again is only what has changed; what comes from the journal is, byte for byte, what grading gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.handed_in import submissions
from autograder.classroom.journal import Journal
from autograder.classroom.run import grade
from autograder.errors import UnreadableError
from autograder.laws import Law, function
from autograder.model import Graded, Outcome
from autograder.runner import Grader, digests
from autograder.sandbox.transport import Batch
from tests.classroom.conftest import RIGHT, TRIPLES, hand_in
from tests.runner.made_up import DOUBLES, check, numbers

Make = Callable[..., Grader]
WRONG = "print('hello')\ndef double(x):\n    return 2 * x + 1"


def graded(course: Path, grader: Grader, **options: Any) -> list[Graded]:
    handed_in = submissions(course, "made_up")
    return list(grade(grader, handed_in, course, journal=Journal(course, grader, **options)))


def runs(grader: Grader) -> list[list[str]]:
    """For each session, the functions that were called in it."""
    return [sorted(session._namespace) for session in grader.boundary.sessions]  # type: ignore[attr-defined]


def written(course: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(course)): path.read_bytes() for path in course.glob(".autograder/results/*/*")
    }


def test_nothing_runs_again_that_has_not_changed(tmp_path: Path, make_grader: Make) -> None:
    hand_in(tmp_path, "ada")
    hand_in(tmp_path, "bob", WRONG)
    first = graded(tmp_path, make_grader())
    files = written(tmp_path)
    again = make_grader()
    second = graded(tmp_path, again)
    assert runs(again) == []
    assert [each.score for each in second] == [each.score for each in first]
    assert [each.cells for each in second] == [each.cells for each in first]
    assert written(tmp_path) == files


def test_what_comes_from_the_journal_says_its_causes(tmp_path: Path, make_grader: Make) -> None:
    hand_in(tmp_path, "bob", "import not_there\ndef double(x):\n    return 2 * x")
    (first,) = graded(tmp_path, make_grader())
    assert [cause.kind for each in first.score.exercises for cause in each.causes][:1] == ["cell_failed"]
    for page in tmp_path.glob(".autograder/pages/**/*.html"):
        page.unlink()  # so that it is put together anew from what is known
    again = make_grader()
    (second,) = graded(tmp_path, again)
    assert runs(again) == []
    assert second.score == first.score


def test_a_changed_submission_is_graded_and_no_other(tmp_path: Path, make_grader: Make) -> None:
    for student in ("ada", "bob"):
        hand_in(tmp_path, student)
    graded(tmp_path, make_grader())
    hand_in(tmp_path, "bob", WRONG)
    again = make_grader()
    assert {each.score.student: each.score.score for each in graded(tmp_path, again)} == {
        "ada": 5.0,
        "bob": 0.0,
    }
    assert len(runs(again)) == 1


def test_new_weights_are_a_changed_submission(tmp_path: Path, make_grader: Make) -> None:
    weights = hand_in(tmp_path, "ada").with_name("made_up.safetensors")
    graded(tmp_path, make_grader())
    for content in (b"weights", b"other weights"):
        weights.write_bytes(content)
        again = make_grader()
        graded(tmp_path, again)
        assert len(runs(again)) == 1


def unfit(x: Any) -> Law:
    raise ZeroDivisionError


def test_a_changed_check_costs_its_own_exercise_only(
    tmp_path: Path, make_grader: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(tmp_path, "ada")
    graded(tmp_path, make_grader())
    original = digests.of_check
    monkeypatch.setattr(
        digests, "of_check", lambda check, course: original(check, course) + ("!" if check is TRIPLES else "")
    )
    again = make_grader(replace(DOUBLES, body=unfit), TRIPLES)  # would be a grader's fault
    asked: list[str] = []
    session = again.boundary.session

    def listening(limits: Any) -> Any:
        opened = session(limits)
        answer = opened.answer

        def noting(batch: Batch) -> list[Outcome]:
            asked.extend(call.function for call in batch.calls)
            return answer(batch)

        monkeypatch.setattr(opened, "answer", noting)
        return opened

    again.boundary.session = listening  # type: ignore[method-assign]
    monkeypatch.setattr(
        digests,
        "of_check",
        lambda check, course: (
            original(DOUBLES if check.exercise == "double" else check, course)
            + ("!" if check is TRIPLES else "")
        ),
    )
    (only,) = graded(tmp_path, again)
    assert only.score.score == 5.0
    assert set(asked) == {"triple"}


def test_other_points_are_counted_anew_and_nothing_runs(tmp_path: Path, make_grader: Make) -> None:
    hand_in(tmp_path, "ada")
    graded(tmp_path, make_grader())
    again = make_grader(points=30.0)
    (only,) = graded(tmp_path, again)
    assert (only.score.score, runs(again)) == (32.0, [])


@pytest.mark.parametrize("change", ["seed", "engine", "locked cell"])
def test_what_moves_every_result_spares_none(
    tmp_path: Path, make_grader: Make, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    hand_in(tmp_path, "ada")
    graded(tmp_path, make_grader())
    again = make_grader()
    if change == "seed":
        again.settings = replace(again.settings, seed=12)
    elif change == "engine":
        monkeypatch.setattr(digests, "of_engine", lambda: "another")
    else:
        source = again.assignment.notebook
        from tests.runner.made_up import cell

        locked = cell(0, "x = 1", "imports", locked=True)
        again.assignment = replace(again.assignment, notebook=replace(source, cells=(locked,)))
    graded(tmp_path, again)
    assert len(runs(again)) == 1


def test_force_grades_all(tmp_path: Path, make_grader: Make) -> None:
    hand_in(tmp_path, "ada")
    graded(tmp_path, make_grader())
    again = make_grader()
    graded(tmp_path, again, force=True)
    assert len(runs(again)) == 1


def test_a_file_that_could_not_be_read_is_read_again(
    tmp_path: Path, make_grader: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes, and another answer: a disk or a mount was at fault."""
    hand_in(tmp_path, "ada")
    with monkeypatch.context() as broken:
        broken.setattr("autograder.submission.notebook._bytes", _fails)
        assert graded(tmp_path, make_grader())[0].score.error is not None
    assert graded(tmp_path, make_grader())[0].score.score == 5.0


def _fails(path: Path) -> bytes:
    raise UnreadableError(
        "The file cannot be read (Input/output error).", remedy="Try again.", file=path.name
    )


def test_what_is_no_notebook_is_not_read_again(
    tmp_path: Path, make_grader: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(tmp_path, "ada").write_text("{")
    before = graded(tmp_path, make_grader())[0].score
    monkeypatch.setattr(Grader, "grade", lambda *_, **__: pytest.fail("graded again"))
    after = graded(tmp_path, make_grader())[0].score
    assert before.error is not None
    assert (after.status, after.error) == ("ungraded", before.error)


def test_who_is_ungraded_is_tried_again(tmp_path: Path, make_grader: Make) -> None:
    path = hand_in(tmp_path, "ada")
    path.write_text("{")
    assert graded(tmp_path, make_grader())[0].score.error is not None
    hand_in(tmp_path, "ada", RIGHT)
    assert graded(tmp_path, make_grader())[0].score.score == 3.0


def test_what_the_grader_failed_at_is_tried_again(
    tmp_path: Path, make_grader: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(tmp_path, "ada")
    with monkeypatch.context() as broken:
        broken.setattr(Grader, "_graded", lambda *_: 1 / 0)
        failed = graded(tmp_path, make_grader())[0].score.error
    assert failed is not None
    assert failed.blame == "grader"
    assert graded(tmp_path, make_grader())[0].score.score == 5.0


@pytest.mark.parametrize("content", [b"", b"no gzip", b"\x1f\x8b\x08\x00broken"])
def test_a_broken_entry_costs_no_more_than_grading_again(
    tmp_path: Path, make_grader: Make, content: bytes
) -> None:
    hand_in(tmp_path, "ada")
    graded(tmp_path, make_grader())
    (entry,) = tmp_path.glob(".autograder/journal/ada/*.gz")
    entry.write_bytes(content)
    again = make_grader()
    assert graded(tmp_path, again)[0].score.score == 5.0
    assert len(runs(again)) == 1


def test_outputs_of_cells_come_back_with_the_result(tmp_path: Path, make_grader: Make) -> None:
    hand_in(tmp_path, "ada", RIGHT + "\nraise ValueError('\\ud800 odd')")
    (first,), (second,) = graded(tmp_path, make_grader()), graded(tmp_path, make_grader())
    assert first.cells == second.cells
    assert first.cells[0].raised is not None


def test_it_says_when_all_has_to_be_graded_anew(
    tmp_path: Path, make_grader: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(tmp_path, "ada")
    grader = make_grader()
    handed_in = submissions(tmp_path, "made_up")
    assert not Journal(tmp_path, grader).renewed(handed_in)
    graded(tmp_path, grader)
    assert not Journal(tmp_path, grader).renewed(handed_in)
    monkeypatch.setattr(digests, "of_engine", lambda: "of another grader")
    assert Journal(tmp_path, grader).renewed(handed_in)
    assert not Journal(tmp_path, grader, force=True).renewed(handed_in)


# --- what lies beside the notebook ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["helper.py", "data/points.csv"])
def test_a_file_beside_the_notebook_that_changes_is_a_changed_submission(
    tmp_path: Path, make_grader: Make, name: str
) -> None:
    beside = hand_in(tmp_path, "ada").parent / name
    beside.parent.mkdir(exist_ok=True)
    graded(tmp_path, make_grader())
    for change in ("one", "two", None):
        if change is None:
            beside.unlink()
        else:
            beside.write_text(change)
        again = make_grader()
        graded(tmp_path, again)
        assert len(runs(again)) == 1
        same = make_grader()
        graded(tmp_path, same)
        assert runs(same) == []


def test_a_file_that_the_release_declares_is_part_of_what_a_result_came_from(
    tmp_path: Path, make_grader: Make
) -> None:
    hand_in(tmp_path, "ada")
    for content, sessions in ((b"1,2", 1), (b"1,2", 0), (b"1,3", 1)):
        grader = make_grader()
        grader.assignment = replace(grader.assignment, files={"points.csv": content})
        graded(tmp_path, grader)
        assert len(runs(grader)) == sessions


def test_what_is_not_taken_along_is_named_also_where_nothing_runs_again(
    tmp_path: Path, make_grader: Make
) -> None:
    (hand_in(tmp_path, "ada").parent / "random.py").write_text("x = 1")
    first, again = (graded(tmp_path, make_grader())[0].score.notes for _ in range(2))
    assert first == again
    assert any("random.py (it would hide the module random" in note for note in first)


# --- what enters points ------------------------------------------------------------------------------------------------------


def test_other_points_change_the_next_result(tmp_path: Path, make_grader: Make) -> None:
    hand_in(tmp_path, "ada")
    scores = [graded(tmp_path, make_grader(points=points))[0].score.score for points in (3.0, 6.0, 3.0)]
    assert scores == [5.0, 8.0, 5.0]


@pytest.mark.parametrize(
    "changes",
    [
        {"weight": 2.0},
        {"essential": True},
        {"visibility": "hidden"},
        {"precondition": True},
        {"examples": 11},
        {"law": "So it is."},
    ],
)
def test_what_a_check_is_declared_with_enters_its_key(
    tmp_path: Path, make_grader: Make, changes: dict[str, Any]
) -> None:
    hand_in(tmp_path, "ada")
    graded(tmp_path, make_grader())
    again = make_grader(replace(DOUBLES, **changes), TRIPLES)
    graded(tmp_path, again)
    assert len(runs(again)) == 1


def test_a_law_that_becomes_essential_changes_the_points_of_what_is_known(
    tmp_path: Path, make_grader: Make
) -> None:
    """The verdicts stay; `double` has three points, of which another law that holds earns half of the half."""
    hand_in(tmp_path, "ada", WRONG)
    runs_at_all = check(
        lambda x: Law((function("double", "x")(x),), lambda out: None), name="runs", x=numbers(1)
    )
    scores = [
        graded(tmp_path, make_grader(replace(DOUBLES, essential=essential), runs_at_all, TRIPLES))[
            0
        ].score.score
        for essential in (False, True, False)
    ]
    assert scores == [1.5, 0.75, 1.5]


def test_a_changed_check_of_an_earlier_exercise_lets_those_behind_it_be_asked_again(
    tmp_path: Path, make_grader: Make
) -> None:
    """Whether it holds decides with whose solution the later ones are judged; without follow-on marking it does not."""
    hand_in(tmp_path, "ada")
    for follow_on, asked in ((True, {"double", "triple"}), (False, {"double"})):
        graded(tmp_path, without(make_grader(), follow_on))
        (handed_in,) = submissions(tmp_path, "made_up")
        again = without(make_grader(replace(DOUBLES, weight=2.0), TRIPLES), follow_on)
        known = Journal(tmp_path, again).known(handed_in)
        assert known is not None
        assert {"double", "triple"} - set(known.results) == asked


def test_switching_follow_on_marking_grades_again(tmp_path: Path, make_grader: Make) -> None:
    hand_in(tmp_path, "ada")
    graded(tmp_path, without(make_grader(), True))
    again = without(make_grader(), False)
    graded(tmp_path, again)
    assert len(again.boundary.sessions) == 1  # type: ignore[attr-defined]


def without(grader: Grader, follow_on: bool) -> Grader:
    grader.settings = replace(grader.settings, follow_on=follow_on)
    return grader
