"""`autograder grade` and `autograder explain`: a class, and one question about one law."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.classroom import work
from autograder.classroom.writing import result_path
from autograder.feedback.json import from_json
from tests.cli.conftest import RIGHT, NoBoundary, notebook
from tests.runner.made_up import InThisProcess

Run = Callable[..., Any]


def score(course: Path, student: str) -> float | None:
    return from_json(result_path(course, student, "tiny").read_text()).score


# --- a class


def test_a_class_is_graded_written_and_told(run: Run, course: Path, in_process: None) -> None:
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert done.status == 0
    assert (score(course, "ada"), score(course, "bob")) == (4.0, 2.0)
    assert "ada" in done.out
    assert "bob" in done.out
    assert f"{'Pages:':12}{course / '.autograder' / 'pages' / 'tiny' / 'index.html'}" in done.out
    assert "Grade book" not in done.out
    assert "Note: This machine is slow." in done.err
    assert not (course / "gradebook.db").exists()


def test_json_is_one_result_a_line_and_nothing_else(run: Run, course: Path, in_process: None) -> None:
    done = run("grade", "tiny", "--course", course, "--no-gradebook", "--json")
    results = [json.loads(line) for line in done.out.splitlines()]
    assert [(each["student"], each["score"]) for each in results] == [("ada", 4.0), ("bob", 2.0)]
    assert {check["visibility"] for check in results[0]["exercises"][0]["checks"]} == {"public", "hidden"}


def test_one_student(run: Run, course: Path, in_process: None) -> None:
    assert run("grade", "tiny", "--course", course, "--no-gradebook", "--student", "bob").status == 0
    assert not result_path(course, "ada", "tiny").exists()
    done = run("grade", "tiny", "--course", course, "--no-gradebook", "--student", "linus")
    assert done.status == 2
    assert "No submission of linus." in done.err


def test_the_class_page_keeps_those_who_were_not_asked_for(run: Run, course: Path, in_process: None) -> None:
    run("grade", "tiny", "--course", course, "--no-gradebook")
    run("grade", "tiny", "--course", course, "--no-gradebook", "--student", "bob", "--force")
    page = (course / ".autograder" / "pages" / "tiny" / "index.html").read_text()
    assert "ada" in page
    assert "bob" in page


def test_whoever_stays_ungraded_needs_a_person(run: Run, course: Path, in_process: None) -> None:
    (course / "submitted" / "bob" / "tiny" / "tiny.ipynb").write_text("{")
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert done.status == 1
    assert (score(course, "ada"), score(course, "bob")) == (4.0, None)


def test_settings_of_the_course_are_used(run: Run, course: Path, in_process: None) -> None:
    (course / "autograder.toml").write_text('seed = 77\nreveal = "law"\n')
    run("grade", "tiny", "--course", course, "--no-gradebook")
    assert from_json(result_path(course, "bob", "tiny").read_text()).seed == 77
    (course / "autograder.toml").write_text("seed = -1\n")
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert (done.status, done.err.splitlines()) == (
        2,
        [
            f"{course / 'autograder.toml'}, line 1",
            "The course: The setting seed cannot be read.",
            "Give a whole number, 0 or above.",
        ],
    )


def test_an_assignment_that_is_not_there(run: Run, course: Path, in_process: None) -> None:
    done = run("grade", "tinny", "--course", course)
    assert done.status == 2
    assert "There is no source notebook for the assignment 'tinny'." in done.err


def test_a_machine_that_cannot_grade_ends_with_3(
    run: Run, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.classroom.grading.Sandbox", NoBoundary)
    done = run("grade", "tiny", "--course", course)
    assert (done.status, done.out) == (3, "")
    assert done.err == "The grader: No boundary holds here.\nInstall bubblewrap.\n"
    assert not (course / ".autograder").exists()


def test_without_nbgrader_the_points_stay_out_of_the_grade_book_and_that_is_said(
    run: Run, course: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    done = run("grade", "tiny", "--course", course)
    assert done.status == 2
    assert "nbgrader is not installed" in done.err
    assert not (course / ".autograder").exists()  # said before anything is graded


# --- one question


def test_explain_shows_the_law_and_the_smallest_input(run: Run, course: Path, in_process: None) -> None:
    done = run("explain", "tiny", "bob", "double/doubles", "--course", course)
    assert done.status == 0
    text = " ".join(done.out.replace("│", " ").split())
    assert "bob: double/doubles" in text
    assert "Twice the number comes back." in text
    assert "falsified, public check" in text
    assert "double is 20, but it has to be 22" in text
    assert "x 11.0" in text
    assert "Paste behind the notebook's cells:" in text
    assert "x = torch.tensor(11.0, dtype=torch.float64)" in text


def test_explain_says_what_the_law_counts_and_how_laws_become_points(
    run: Run, course: Path, in_process: None, tmp_path: Path
) -> None:
    file = tmp_path / "installed" / "checks" / "tiny.py"
    file.write_text(file.read_text().replace("examples=20)", "examples=20, weight=2, essential=True)"))
    done = run("explain", "tiny", "bob", "double/doubles", "--course", course)
    text = " ".join(done.out.replace("│", " ").split())
    assert "falsified, public check, essential, counts twice" in text
    assert "While an essential law does not hold, they share out only half of the points." in text


def test_explain_of_a_law_that_holds(run: Run, course: Path, in_process: None) -> None:
    done = run("explain", "tiny", "ada", "double/adds", "--course", course)
    assert done.status == 0
    assert "holds, hidden check" in done.out


def test_explain_tells_the_cause(run: Run, course: Path, in_process: None) -> None:
    notebook(course / "submitted" / "bob" / "tiny" / "tiny.ipynb", RIGHT + '\nprint "x"')
    done = run("explain", "tiny", "bob", "double/doubles", "--course", course)
    text = " ".join(done.out.replace("│", " ").split())
    assert "Because: Cell 1 ends with SyntaxError: Missing parentheses" in text
    assert "So double is not there. What to do: Mend that cell" in text


def test_explain_as_json(run: Run, course: Path, in_process: None) -> None:
    done = run("explain", "tiny", "bob", "double/adds", "--course", course, "--json")
    (check,) = json.loads(done.out)["exercises"][0]["checks"]
    assert (check["name"], check["verdict"]) == ("adds", "falsified")


@pytest.mark.parametrize(
    ("which", "remedy"),
    [
        ("double/nothing", "double has: runs, runs_again, doubles, adds."),
        ("nothing/doubles", "Exercises: double."),
        ("double", "double has: runs, runs_again, doubles, adds."),
    ],
)
def test_explain_of_a_check_that_is_not_there(
    run: Run, course: Path, in_process: None, which: str, remedy: str
) -> None:
    done = run("explain", "tiny", "bob", which, "--course", course)
    assert (done.status, done.err) == (2, f"Usage: There is no check {which!r}.\n{remedy}\n")


def test_explain_of_a_notebook_that_cannot_be_read(run: Run, course: Path, in_process: None) -> None:
    (course / "submitted" / "bob" / "tiny" / "tiny.ipynb").write_text("{")
    done = run("explain", "tiny", "bob", "double/doubles", "--course", course)
    assert done.status == 1
    assert "Not judged: The file is no notebook that can be read" in " ".join(done.out.split())


def test_explain_where_no_notebook_was_handed_in(run: Run, course: Path, in_process: None) -> None:
    (course / "submitted" / "bob" / "tiny" / "tiny.ipynb").unlink()
    done = run("explain", "tiny", "bob", "double/doubles", "--course", course)
    assert (done.status, done.err) == (
        2,
        "Usage: bob has not submitted tiny: there is no notebook.\nNothing to explain.\n",
    )


def test_marks_to_look_at_again_are_listed(run: Run, course: Path, in_process: None) -> None:
    run("grade", "tiny", "--course", course)
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as book:
        book.find_grade("double_checks", "tiny", "tiny", "bob").manual_score = 3.0
        book.db.commit()
    notebook(course / "submitted" / "bob" / "tiny" / "tiny.ipynb", RIGHT)
    done = run("grade", "tiny", "--course", course)
    said = " ".join(done.err.split())
    assert "Look again: bob, double_checks: 3 points were given by hand; the automatic points under" in said
    assert "them were 2 and are 4 now." in said
    assert "Look again: ada" not in said


# --- for real


def test_over_the_real_sandbox_and_into_the_grade_book(run: Run, course: Path) -> None:
    """One class through everything: the jail, the pages, nbgrader's grade book."""
    notebook(course / "submitted" / "mallory" / "tiny" / "tiny.ipynb", "import os\nos._exit(3)")
    done = run("grade", "tiny", "--course", course, "--json")
    results = {each["student"]: each for each in map(json.loads, done.out.splitlines())}
    assert {name: each["score"] for name, each in results.items()} == {"ada": 4.0, "bob": 2.0, "mallory": 0.0}
    assert results["ada"]["sandbox"] not in ("in process", "")
    assert results["mallory"]["exercises"][0]["checks"][0]["verdict"] in ("missing", "crashed")
    assert done.status == 0
    assert (course / "gradebook.db").is_file()
    assert (course / "autograded" / "ada" / "tiny" / "tiny.ipynb").is_file()


def test_what_has_not_changed_is_not_graded_again_unless_asked_for(
    run: Run, course: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = ("grade", "tiny", "--course", course, "--no-gradebook")
    first = run(*once)
    opened: list[object] = []
    session = InThisProcess.session

    def opening(self: InThisProcess, limits: Any) -> Any:
        opened.append(limits)
        return session(self, limits)

    monkeypatch.setattr(InThisProcess, "session", opening)
    again = run(*once)
    assert (again.status, again.out) == (first.status, first.out)
    assert "Drawing" in first.err
    assert "Drawing" not in again.err
    assert opened == []
    assert run(*once, "--force").out == first.out
    assert len(opened) == 2


def test_stopped_midway_it_says_how_to_go_on(
    run: Run, course: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = work.perform

    def interrupted(*arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return original(*arguments)

    monkeypatch.setattr("autograder.classroom.executors.perform", interrupted)
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert done.status == 130
    assert "Finishing what is under way." in done.err
    assert "Stopped: 1 of 2 are graded and kept. The same command goes on from there." in done.err
    monkeypatch.setattr("autograder.classroom.executors.perform", original)
    assert run("grade", "tiny", "--course", course, "--no-gradebook").status == 0
    assert (score(course, "ada"), score(course, "bob")) == (4.0, 2.0)


def test_jobs_and_scheduler_exclude_each_other(run: Run, course: Path) -> None:
    done = run("grade", "tiny", "--course", course, "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1")
    assert done.status == 2
    assert "exclude each other" in done.err


def test_without_a_terminal_there_is_a_line_for_each_submission(
    run: Run, course: Path, in_process: None
) -> None:
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    lines = done.err.splitlines()
    assert any(line.startswith("Drawing inputs for") for line in lines)
    told = [line for line in lines if " of 2  " in line]
    assert told == ["1 of 2  ada: 4 of 4 points", "2 of 2  bob: 2 of 4 points"]
    assert "of 2  " not in run("grade", "tiny", "--course", course, "--no-gradebook", "--json").err


def test_what_to_open_is_told_last(run: Run, course: Path, in_process: None) -> None:
    for student in ("ada", "bob"):
        folder = course / "submitted" / student / "tiny"
        (folder / "tiny.safetensors").write_bytes(b"the same")
        (folder / "timestamp.txt").write_text("")
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert done.status == 1  # a person is needed
    assert "Time unknown: ada, timestamp.txt is empty. It counts as on time." in done.err
    assert (
        "time unknown: timestamp.txt is empty" in (course / ".autograder/pages/tiny/index.html").read_text()
    )
    assert "2 need a closer look" in done.out
    assert done.out.splitlines()[-1].startswith("Results:")


def test_a_known_mistake_that_cannot_be_read_stops_nobody(run: Run, course: Path, in_process: None) -> None:
    broken = course / "corpus" / "tiny" / "mistakes" / "broken.py"
    broken.parent.mkdir(parents=True)
    broken.write_text('"""Has no cell."""\n')
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert (done.status, "ada" in done.out) == (0, True)
    assert "No mistake is named." in done.err
    assert "broken.py" in done.err
