"""A class report from files: what it counts, and that every figure leads to the submissions behind it."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import html5lib
import pytest
from typer.testing import CliRunner

from autograder.cli.app import app
from autograder.cli.commands import COMMANDS
from autograder.errors import UsageError
from autograder.model import ExerciseResult, Failure, NamedMistake, Score
from autograder.report.analysis import Report
from autograder.report.writing import report
from tests.report.classes import EXERCISES, FREQUENT, check, made_up_class, write_class

assert "report" in COMMANDS
SIZE = 300


@pytest.fixture(scope="module")
def scores() -> list[Score]:
    return made_up_class(SIZE)


@pytest.fixture(scope="module")
def written(scores: list[Score], tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path]:
    course = tmp_path_factory.mktemp("course")
    write_class(course, scores)
    return report(course, "made_up")


def test_points_and_their_distribution(written: tuple[Report, Path], scores: list[Score]) -> None:
    made, _ = written
    assert made.points is not None
    assert made.points.mean == pytest.approx(sum(score.score or 0 for score in scores) / SIZE)
    assert sum(len(each.students) for each in made.bins) == SIZE
    full = {score.student for score in scores if score.score == 10.0}
    assert full <= set(made.bins[-1].students)


def test_difficulty_is_the_mean_share(written: tuple[Report, Path], scores: list[Score]) -> None:
    made, _ = written
    for item, (name, (worth, _)) in zip(made.items, EXERCISES.items(), strict=False):
        shares = [one.points / worth for score in scores for one in score.exercises if one.name == name]
        assert item.difficulty == pytest.approx(sum(shares) / SIZE)
        assert item.discrimination is not None
        assert item.discrimination > 0.2  # everybody's ability decides all exercises
        assert len(item.compared) == SIZE
    assert made.items[-1].manual
    assert made.items[-1].judged == ()


def test_laws_divide_the_class(written: tuple[Report, Path]) -> None:
    made, _ = written
    assert len(made.laws) == sum(laws for _, laws in EXERCISES.values())
    for law in made.laws:
        assert len({*law.holds, *law.broken, *law.neither}) == SIZE


def test_the_same_mistake_is_one_group(written: tuple[Report, Path], scores: list[Score]) -> None:
    made, _ = written
    same = [
        score.student
        for score in scores
        if any(one.counterexample == FREQUENT for one in score.exercises[0].checks)
    ]
    (group,) = [each for each in made.mistakes if each.counterexample is not None]
    assert list(group.students) == same
    assert len(made.mistakes[0].students) >= len(group.students)


def test_a_mistake_is_shown_by_the_law_that_the_student_s_page_explains(tmp_path: Path) -> None:
    first, explained = (check("prototypes", number, False, FREQUENT) for number in (0, 2))
    (score,) = made_up_class(1)
    broken = (first, replace(explained, leads=True))
    write_class(
        tmp_path, [replace(score, exercises=(ExerciseResult("prototypes", 0.0, 4.0, "student", broken),))]
    )
    made, _ = report(tmp_path, "made_up")
    assert [each.check for each in made.mistakes] == ["law_2"]


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ((), "this law is broken. Law 0 of prototypes holds."),
        (
            (NamedMistake("This is what a program returns that slips."),),
            "This is what a program returns that slips.",
        ),
    ],
)
def test_the_terminal_names_the_most_frequent_mistake(
    tmp_path: Path, named: tuple[NamedMistake, ...], says: str
) -> None:
    broken = check("prototypes", 0, False, FREQUENT)
    one = ExerciseResult("prototypes", 0.0, 4.0, "student", (broken,), named=named)
    write_class(tmp_path, [replace(score, exercises=(one,)) for score in made_up_class(2)])
    done = CliRunner().invoke(app, ["report", "made_up", "--course", str(tmp_path)])
    assert f"The most frequent mistake (2 submissions, prototypes): {says}" in " ".join(done.output.split())


def test_another_message_is_another_mistake(tmp_path: Path) -> None:
    scores = made_up_class(2)
    for at, score in enumerate(scores):
        broken = replace(check("prototypes", 0, False, FREQUENT), message=f"off by {at}")
        one = ExerciseResult("prototypes", 0.0, 4.0, "student", (broken,))
        scores[at] = replace(score, exercises=(one,))
    write_class(tmp_path, scores)
    made, _ = report(tmp_path, "made_up")
    assert [len(each.students) for each in made.mistakes] == [1, 1]


def test_every_figure_is_a_link_to_as_many_submissions(written: tuple[Report, Path]) -> None:
    _, page = written
    text = page.read_text(encoding="utf-8")
    links = re.findall(r'<a href="\./(behind/[\w-]+\.html)#(list-\d+)"[^>]*>(.*?)</a>', text)
    assert len(links) > 40
    lists = {path.name: path.read_text(encoding="utf-8") for path in (page.parent / "behind").iterdir()}
    for file, anchor, shown in links:
        (section,) = re.findall(
            rf'<section class="block" id="{anchor}".*?</section>', lists[Path(file).name], re.DOTALL
        )
        members = re.findall(r'<li><a href="([^"]+)"', section)
        assert members
        if re.search(r"<h2[^>]*>(.*: (all|no) points|Holds: |Broken: |Neither: )", section):
            assert shown.split()[0] == str(len(members))
        target = page.parent / "behind" / unescape(members[0]).split("#")[0]
        assert target.resolve().is_file()


@pytest.mark.parametrize("name", ["index.html", "behind/points.html", "behind/laws-1.html"])
def test_pages_are_valid_and_ask_for_nothing(written: tuple[Report, Path], name: str) -> None:
    text = (written[1].parent / name).read_text(encoding="utf-8")
    html5lib.HTMLParser(strict=True).parse(text)
    assert "<script" not in text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_tables_say_the_same(written: tuple[Report, Path]) -> None:
    made, page = written
    folder = page.parent
    rows = list(csv.DictReader((folder / "submissions.csv").open(encoding="utf-8", newline="")))
    assert len(rows) == SIZE
    assert float(rows[0]["prototypes"]) == made.entries[0].score.exercises[0].points
    assert rows[0]["total (seconds)"] == "1"
    laws = list(csv.DictReader((folder / "laws.csv").open(encoding="utf-8", newline="")))
    assert [int(row["holds"]) for row in laws] == [len(law.holds) for law in made.laws]
    whole = json.loads((folder / "report.json").read_text())
    assert whole["laws"][0]["holds"] == list(made.laws[0].holds)
    assert whole["exercises"][0]["discrimination"] == made.items[0].discrimination
    assert whole["timing"][0]["spread"]["count"] == SIZE


def test_a_class_of_one(tmp_path: Path) -> None:
    write_class(tmp_path, made_up_class(1), pages=False)
    made, page = report(tmp_path, "made_up")
    assert made.items[0].discrimination is None
    assert made.mistakes == () or len(made.mistakes[0].students) == 1
    html5lib.HTMLParser(strict=True).parse(page.read_text(encoding="utf-8"))
    # a page that grading has not written is written, so that no link is dead
    assert (tmp_path / ".autograder" / "pages" / "made_up" / "staff" / "student-000.html").is_file()


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    (score,) = made_up_class(1)
    write_class(tmp_path, [replace(score, student="=1+1<script>alert(1)<"), score], pages=False)
    _, page = report(tmp_path, "made_up")
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "'=1+1<script>" in (page.parent / "submissions.csv").read_text()


def test_faults_and_missing_scores_are_nobody_s_points(tmp_path: Path) -> None:
    one, two = made_up_class(2)
    fault = replace(one.exercises[0], blame="grader", points=0.0, note="the grader failed")
    one = replace(one, exercises=(fault, *one.exercises[1:]))
    error = Failure("student", "The file is no notebook.", "Submit it again.")
    lost = replace(two, student="lost", status="ungraded", score=None, exercises=(), error=error)
    write_class(tmp_path, [one, two, lost])
    made, _ = report(tmp_path, "made_up")
    assert made.items[0].judged == (two.student,)
    assert made.scored == (one.student, two.student)
    reasons = {each.student: each.reasons for each in made.waiting}
    assert "the grader's fault" in reasons[one.student][0]
    assert reasons["lost"] == ("ungraded: The file is no notebook.",)


def test_a_result_that_cannot_be_read_is_listed(tmp_path: Path) -> None:
    write_class(tmp_path, made_up_class(2))
    (tmp_path / ".autograder" / "results" / "student-001" / "made_up.json").write_text("{")
    shutil.rmtree(tmp_path / ".autograder" / "timings")
    done = CliRunner().invoke(app, ["report", "made_up", "--course", str(tmp_path), "--json"])
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert list(found["unread"]) == ["student-001"]
    assert found["timing"] == []


def test_a_result_in_somebody_else_s_place_is_not_counted(tmp_path: Path) -> None:
    write_class(tmp_path, made_up_class(2))
    results = tmp_path / ".autograder" / "results"
    shutil.copy(results / "student-000" / "made_up.json", results / "student-001" / "made_up.json")
    made, _ = report(tmp_path, "made_up")
    assert made.unread == {"student-001": "It is a result of 'student-000' in 'made_up'."}


def test_without_results_the_remedy_is_to_grade(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="autograder grade made_up"):
        report(tmp_path, "made_up")
