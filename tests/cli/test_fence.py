"""Nothing about one submission stops the others: names, folders, pages, disks and grade books of all kinds."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.classroom import kept
from autograder.feedback import html
from autograder.feedback.json import from_json
from tests.cli.conftest import RIGHT, notebook
from tests.cli.worlds import in_a_narrow_world

Run = Callable[..., Any]

LONG = "x" * 255
ESCAPE = "\x1b[2J\x1b[Heve\r\x9b"
ODD = [
    LONG,
    "x" * 254 + "y",
    "ü" * 127,
    ".hidden",
    "-rf",
    "--help",
    "Bob",
    "BOB",
    "trailing.",
    "trailing..",
    ESCAPE,
    "line\nbreak",
    "not utf-8 \udcff",
    "\u202eevil",
    "[bold][red",
    "{0}*?[!a]",
    "<img src=x onerror=alert(1)>",
    "a\\b",
    "%2e%2e",
    "=1+1",
]


def hand_in(course: Path, *students: str, solution: str = RIGHT) -> None:
    for student in students:
        notebook(course / "submitted" / student / "tiny" / "tiny.ipynb", solution)


def score(course: Path, student: str) -> Any:
    return from_json(kept.result(course, student, "tiny").read_text())


def acts(text: str) -> list[str]:
    """The characters of a text that do something to a terminal."""
    return [each for each in text if not each.isprintable() and each not in "\n\t"]


# --- names


def test_whatever_students_are_called_everybody_is_graded_and_told(
    run: Run, course: Path, in_process: None
) -> None:
    hand_in(course, *ODD)
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert done.status == 0
    for student in ODD:
        assert (score(course, student).student, score(course, student).score) == (student, 4.0)
        assert all(kept.page(course, student, "tiny", each).is_file() for each in kept.AUDIENCES)
    assert score(course, "bob").score == 2.0  # and not what Bob and BOB have
    index = (course / ".autograder" / "pages" / "tiny" / "index.html").read_text()
    assert index.count('href="./staff/') == len(ODD) + 2
    assert not acts(done.out + done.err + index)


@pytest.mark.parametrize("command", ["report", "export", "dry-run"])
def test_other_commands_take_the_same_names(
    run: Run, course: Path, in_process: None, command: str, tmp_path: Path
) -> None:
    hand_in(course, *ODD)
    run("grade", "tiny", "--course", course, "--no-gradebook")
    if command == "dry-run":
        hand_in(course, *ODD, solution="")
        done = run("grade", "tiny", "--course", course, "--dry-run", "--json")
        assert len(json.loads(done.out)["changes"]) == len(ODD)
        assert not acts(run("grade", "tiny", "--course", course, "--dry-run").out)
    elif command == "report":
        done = run("report", "tiny", "--course", course)
        assert done.status == 0
        for file in (course / ".autograder" / "reports" / "tiny").rglob("*.*"):
            assert not acts(file.read_text(encoding="utf-8").replace("\r\n", "\n")), file
        links = (course / ".autograder" / "reports" / "tiny" / "behind" / "points.html").read_text()
        assert kept.file_name(LONG) in links
    else:
        out = tmp_path / "points.csv"
        done = run("export", "tiny", "--course", course, "--to", "csv", "--out", out)
        assert done.status == 0
        rows = list(csv.reader(out.open(encoding="utf-8", newline="")))
        assert len({row[0] for row in rows}) == len(ODD) + 3  # the header, ada, bob: no two look alike
        assert "\\x1b[2J\\x1b[Heve\\x0d\\x9b" in {row[0] for row in rows}
        assert not acts("".join(cell for row in rows for cell in row))
    assert not acts(done.out + done.err)


def test_odd_names_stand_in_the_grade_book_or_wait_with_a_reason(
    run: Run, course: Path, in_process: None
) -> None:
    hand_in(course, *ODD, "ada ")
    done = run("grade", "tiny", "--course", course)
    assert done.status == 1
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as book:
        found = {
            each.student.id: each.score
            for each in book.assignment_submissions("tiny")
            if not each.needs_manual_grade
        }
    refused = {each for each in [*ODD, "ada "] if each not in found}
    assert refused == {"line\nbreak", "not utf-8 \udcff", "ada "}
    assert {found[each] for each in {*ODD} - refused} == {4.0}
    assert found["ada"] == 4.0  # nbgrader strips names; "ada " is not entered as ada's
    page = (course / ".autograder" / "pages" / "tiny" / "index.html").read_text()
    assert "nbgrader takes this student for &#39;ada&#39;, so nothing was entered." in page
    assert page.count("nbgrader could not enter the result") == 2
    assert not acts(done.out + done.err + page)


def test_forgetting_takes_all_of_an_odd_name_and_nothing_else(
    run: Run, course: Path, in_process: None
) -> None:
    hand_in(course, *ODD)
    run("grade", "tiny", "--course", course, "--no-gradebook")
    run("report", "tiny", "--course", course)
    workshop = course / ".autograder"
    for student in ODD:
        mine = {path for path in workshop.rglob("*") if kept.file_name(student) in (path.name, path.stem)}
        others = {path for path in workshop.rglob("*") if path.is_file()} - {
            inner for path in mine for inner in [path, *path.rglob("*")]
        }
        done = run("forget", "--course", course, "--yes", "--", student)
        assert done.status == 0, student
        assert not acts(done.out + done.err)
        assert mine
        assert not any(path.exists() for path in mine)
        gone = {path for path in others if not path.exists()}
        assert all(path.name == "index.html" or "reports" in path.parts for path in gone)


def test_what_version_0_1_kept_under_an_odd_name_is_reported_once_and_forgotten(
    run: Run, course: Path, in_process: None
) -> None:
    hand_in(course, "trailing.")
    run("grade", "tiny", "--course", course, "--no-gradebook")
    results = course / ".autograder" / "results"
    shutil.copytree(results / kept.file_name("trailing."), results / "trailing.")
    done = run("report", "tiny", "--course", course)
    assert (done.status, done.out.splitlines()[0].split(":")[0]) == (0, "3 submissions")
    run("forget", "--course", course, "--yes", "trailing.")
    assert sorted(each.name for each in results.iterdir()) == ["ada", "bob"]


def test_students_whom_the_file_system_takes_for_one_both_wait(
    run: Run, course: Path, in_process: None
) -> None:
    hand_in(course, "Bob")
    results = course / ".autograder" / "results"
    (results / "bob").mkdir(parents=True)
    (results / "Bob").symlink_to("bob")  # as a file system that does not mind case has them
    done = run("grade", "tiny", "--course", course)
    assert done.status == 1
    assert score(course, "ada").score == 4.0
    assert not kept.result(course, "bob", "tiny").exists()
    page = (course / ".autograder" / "pages" / "tiny" / "index.html").read_text()
    assert "takes its files for those of bob: nothing was graded or written." in page
    assert "takes its files for those of Bob: nothing was graded or written." in page
    (results / "Bob").unlink()
    assert run("grade", "tiny", "--course", course).status == 0
    assert (score(course, "bob").score, score(course, "Bob").score) == (2.0, 4.0)


# --- files


@pytest.mark.parametrize(
    "place",
    ["results/bob/tiny.json", "pages/tiny/student/bob.html", "journal/bob/tiny.json.gz", "receipts/bob"],
)
def test_what_cannot_be_written_makes_that_submission_wait(
    run: Run, course: Path, in_process: None, place: str
) -> None:
    path = course / ".autograder" / place
    if place == "receipts/bob":
        path.parent.mkdir(parents=True)
        path.write_text("a file where a folder should be")
    else:
        (path / "a folder where a file should be").mkdir(parents=True)
    done = run("grade", "tiny", "--course", course)
    assert done.status == 1
    assert score(course, "ada").score == 4.0
    page = (course / ".autograder" / "pages" / "tiny" / "index.html").read_text()
    assert "ungraded: Its result could not be made or written (" in page
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as book:
        assert book.find_submission("tiny", "bob").needs_manual_grade
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    assert run("grade", "tiny", "--course", course).status == 0
    assert score(course, "bob").score == 2.0


def test_a_page_that_cannot_be_rendered_makes_that_submission_wait(
    run: Run, course: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = html.student_page

    def broken(score: Any, **options: Any) -> str:
        if score.student == "bob" and score.error is None:
            raise RecursionError("too deep")
        return whole(score, **options)

    monkeypatch.setattr(html, "student_page", broken)
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert done.status == 1
    assert (score(course, "ada").score, score(course, "bob").score) == (4.0, None)
    assert "RecursionError: too deep" in score(course, "bob").error.what
    assert "RecursionError: too deep" in kept.page(course, "bob", "tiny", "staff").read_text()


def test_the_page_of_the_class_that_cannot_be_written_is_told_and_everything_else_is_there(
    run: Run, course: Path, in_process: None
) -> None:
    (course / ".autograder" / "pages" / "tiny" / "index.html").mkdir(parents=True)
    done = run("grade", "tiny", "--course", course)
    assert done.status == 1
    assert "The page of the class could not be written (Is a directory" in done.err
    assert (score(course, "ada").score, score(course, "bob").score) == (4.0, 2.0)


@pytest.mark.parametrize("junk", [b"", b"{}", b"\x1f\x8b\x08garbage", b"[" * 100_000])
def test_whatever_stands_in_journal_and_results_is_graded_over(
    run: Run, course: Path, in_process: None, junk: bytes
) -> None:
    run("grade", "tiny", "--course", course, "--no-gradebook")
    for path in (
        kept.journal(course, "bob", "tiny", ".json.gz"),
        kept.journal(course, "bob", "tiny", ".entered"),
        kept.result(course, "bob", "tiny"),
        kept.timings(course, "bob", "tiny"),
    ):
        path.write_bytes(junk)
    assert run("grade", "tiny", "--course", course).status == 0
    assert score(course, "bob").score == 2.0


# --- the grade book


def test_a_grade_book_that_is_lost_midway_ends_the_run_and_keeps_what_is_done(
    run: Run, course: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(course, "cy", "dora")
    from autograder.nbgrader_bridge.recording import Recorder

    enter = Recorder._enter

    def losing(recorder: Recorder, student: str, graded: Any) -> Any:
        if student == "cy":
            (course / "gradebook.db").rename(course / "moved.db")
        return enter(recorder, student, graded)

    monkeypatch.setattr(Recorder, "_enter", losing)
    done = run("grade", "tiny", "--course", course, "--json")
    assert done.status == 3
    assert [json.loads(line)["student"] for line in done.out.splitlines()] == ["ada", "bob"]
    assert "The grader: The grade book was deleted or replaced while it was written." in done.err
    assert "Stopped: 2 of 4 are graded and kept." in done.err
    monkeypatch.undo()
    assert score(course, "cy").score == 4.0  # its result is kept; it is entered the next time
    assert not kept.journal(course, "cy", "tiny", ".entered").exists()


@pytest.mark.parametrize("what", [b"no database", b""])
def test_a_grade_book_that_is_none_is_told_in_a_sentence(
    run: Run, course: Path, in_process: None, what: bytes
) -> None:
    (course / "gradebook.db").write_bytes(what)
    done = run("grade", "tiny", "--course", course)
    assert done.status == (3 if what else 0)
    assert ("The grade book cannot be opened" in " ".join(done.err.split())) == bool(what)


@pytest.mark.parametrize("command", [("grade", "tiny", "--dry-run"), ("export", "tiny", "--to", "csv")])
def test_who_only_asks_a_grade_book_that_is_none_is_told_too(
    run: Run, course: Path, in_process: None, command: tuple[str, ...]
) -> None:
    run("grade", "tiny", "--course", course, "--no-gradebook")
    (course / "gradebook.db").write_bytes(b"no database")
    done = run(*command, "--course", course)
    assert done.status == 3
    assert "The grade book cannot be opened or used (DatabaseError: file is not a database)." in " ".join(
        done.err.split()
    )


def test_a_dry_run_takes_names_that_no_grade_book_takes(run: Run, course: Path, in_process: None) -> None:
    run("grade", "tiny", "--course", course)
    hand_in(course, "not utf-8 \udcff")
    done = run("grade", "tiny", "--course", course, "--dry-run")
    assert "not utf-8 \\udcff: 4 of 4 points" in done.err


# --- texts


def test_a_terminal_that_lacks_letters_is_told_all_the_same(
    run: Run, course: Path, in_process: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hand_in(course, "zoë")
    with (tmp_path / "out").open("w", encoding="ascii") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert run("grade", "tiny", "--course", course, "--no-gradebook", "--json").status == 0
        assert run("report", "tiny", "--course", course).status == 0


# --- what this process cannot make around itself


def test_closed_folders_and_full_disks() -> None:
    """narrow.py, as an ordinary user on a small disk."""
    done = in_a_narrow_world("-rA", "tests/cli/narrow.py")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "PASSED tests/cli/narrow.py::test_this_user_can_be_refused" in said
    assert "SKIPPED" not in said
