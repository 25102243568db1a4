"""Points reach the platform's file of whom they belong to, and of nobody else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.exports.export import export, file_name
from autograder.exports.marks import Mark

ADA = Mark("ada", 17.5, 20.0, first_name="Ada", last_name="Lovelace", email="ada@uni.example")
EMMY = Mark("emmy", 20.0, 20.0, platform_id="4711")
KURT = Mark("kurt", 12.0, 20.0, waits=True)
ALAN = Mark("alan", None, 20.0)
MARKS = [ADA, ALAN, EMMY, KURT]

WORKSHEET = """\
Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments
Participant 501,Ada Lovelace,1001,ada@uni.example,Submitted for grading,,20.00,Yes,-,
Participant 502,"Noether, =Emmy",4711,emmy@uni.example,Submitted,,20.00,Yes,-,keep me
Participant 503,Kurt Gödel,kurt,k@uni.example,Submitted,,20.00,Yes,-,
Participant 504,Nobody Else,1004,nobody@uni.example,No submission,,20.00,Yes,-,
"""
CANVAS = """\
\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,fewshot (88),Other (89),Current Score
,,,,,Manual Posting,,(read only)
    Points Possible,,,,,20,10,(read only)
"Lovelace, Ada",31,S31,ada,Lab 1,,3,90
"Noether, Emmy",4711,S47,en,Lab 1,,4,80
"Student, Test",99,,abc123,Lab 1,,,
"""


def write(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# --- Moodle


def test_a_grading_worksheet_comes_back_with_its_grades_filled_in(tmp_path: Path) -> None:
    made = export(MARKS, "fewshot", "moodle", listed=write(tmp_path, WORKSHEET))
    rows = table(made.text)
    header = WORKSHEET.split("\n", 1)[0].split(",")
    assert made.text.split("\r\n", 1)[0].split(",") == header
    assert [(row["Identifier"], row["Grade"]) for row in rows] == [
        ("Participant 501", "17.5"),
        ("Participant 502", "20"),
    ]
    assert rows[1]["Feedback comments"] == "keep me"
    assert made.exported == ("ada", "emmy")
    assert made.unmatched == {"alan": "is in none of the columns ID number, Email address"}
    assert made.waiting == ("alan", "kurt")
    assert made.absent == 1


def test_whoever_waits_is_exported_where_that_is_asked_for(tmp_path: Path) -> None:
    made = export(MARKS, "fewshot", "moodle", listed=write(tmp_path, WORKSHEET), incomplete=True)
    assert made.exported == ("ada", "emmy", "kurt")


def test_a_grade_book_export_of_moodle_gets_a_column(tmp_path: Path) -> None:
    people = "First name;Surname;Email address;Quiz\nAda;Lovelace;ada@uni.example;3\n"
    made = export([ADA], "fewshot", "moodle", listed=write(tmp_path, people))
    assert table(made.text) == [
        {"First name": "Ada", "Surname": "Lovelace", "Email address": "ada@uni.example", "fewshot": "17.5"}
    ]


def test_without_a_list_user_name_and_address_are_there_to_be_mapped() -> None:
    made = export(MARKS, "fewshot", "moodle")
    assert [(row["Username"], row["Email address"], row["fewshot"]) for row in table(made.text)] == [
        ("ada", "ada@uni.example", "17.5"),
        ("emmy", "", "20"),
    ]


def test_other_points_on_the_platform_are_refused_or_converted(tmp_path: Path) -> None:
    path = write(tmp_path, WORKSHEET.replace("20.00", "100.00"))
    with pytest.raises(UsageError, match="worth 100 points in Moodle, and 20 here"):
        export(MARKS, "fewshot", "moodle", listed=path)
    made = export(MARKS, "fewshot", "moodle", listed=path, scale=True)
    assert [row["Grade"] for row in table(made.text)] == ["87.5", "100"]


# --- Canvas


def test_canvas_gets_its_own_columns_and_the_one_assignment(tmp_path: Path) -> None:
    made = export(MARKS, "fewshot", "canvas", listed=write(tmp_path, CANVAS))
    assert list(csv.reader(io.StringIO(made.text, newline=""))) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "fewshot (88)"],
        ["    Points Possible", "", "", "", "", "20"],
        ["Lovelace, Ada", "31", "S31", "ada", "Lab 1", "17.5"],
        ["Noether, Emmy", "4711", "S47", "en", "Lab 1", "20"],
    ]
    assert list(made.unmatched) == ["alan", "kurt"]
    assert made.absent == 1


def test_canvas_needs_its_own_list() -> None:
    with pytest.raises(UsageError, match="--roster FILE"):
        export(MARKS, "fewshot", "canvas")


def test_two_assignments_of_one_name_are_not_told_apart_by_a_guess(tmp_path: Path) -> None:
    path = write(tmp_path, CANVAS.replace("Other (89)", "fewshot (90)"))
    with pytest.raises(UsageError, match=r"fewshot \(88\), fewshot \(90\)"):
        export([ADA], "fewshot", "canvas", listed=path)
    made = export([ADA], "fewshot", "canvas", listed=path, column="fewshot (90)", scale=True)
    assert table(made.text)[1]["fewshot (90)"] == "8.75"


def test_a_file_that_is_not_canvas_s_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no columns ID and Section"):
        export([ADA], "fewshot", "canvas", listed=write(tmp_path, WORKSHEET))


# --- who is who


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ("Username\nAda\nada.lovelace\n", "is in none of the columns Username"),
        ("Username,ID number\nada,1\nx,ada\n", "fits 2 rows"),
        ("Username,Email address\n=ada,ada@uni.example\n", "would run as a formula"),
    ],
)
def test_nobody_is_guessed(tmp_path: Path, people: str, why: str) -> None:
    made = export([ADA], "fewshot", "moodle", listed=write(tmp_path, people))
    assert made.exported == ()
    assert why in made.unmatched["ada"]


def test_two_of_ours_never_share_a_row(tmp_path: Path) -> None:
    twin = Mark("twin", 1.0, 20.0, email="ada@uni.example")
    people = "Email address\nada@uni.example\n"
    made = export([ADA, twin], "fewshot", "moodle", listed=write(tmp_path, people))
    assert made.exported == ("ada",)
    assert made.unmatched == {"twin": "fits the row that ada fits"}


def test_another_column_may_hold_our_ids(tmp_path: Path) -> None:
    people = "Matrikel,Username\nada,x1\n"
    made = export([ADA], "fewshot", "moodle", listed=write(tmp_path, people), match="Matrikel")
    assert made.exported == ("ada",)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "it is empty"),
        (b"\xff\xfe\x00", "it is no text"),
        (b"a,a\n1,2\n", "two columns have the same name"),
        (b"Name\nAda\n", "no column that identifies students"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(tmp_path: Path, raw: bytes, why: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(raw)
    with pytest.raises(UsageError, match=why):
        export([ADA], "fewshot", "moodle", listed=path)


# --- plain


def test_plain_csv_has_everybody_and_says_who_waits() -> None:
    made = export(MARKS, "fewshot", "csv")
    assert [(row["student"], row["points"], row["status"]) for row in table(made.text)] == [
        ("ada", "17.5", "final"),
        ("alan", "", "ungraded"),
        ("emmy", "20", "final"),
        ("kurt", "12", "waits for a person"),
    ]


def test_there_is_no_other_platform() -> None:
    with pytest.raises(UsageError, match="moodle, canvas, csv"):
        export([ADA], "fewshot", "blackboard")


# --- lists as people save them


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_is_read_in_whatever_encoding_a_spreadsheet_saved_it(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    text = separator.join(("Identifier", "Full name", "ID number", "Grade", "Last modified (grade)")) + "\r\n"
    text += separator.join(("Participant 503", "Kurt Gödel", "kurt", "", "-")) + "\r\n"
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    made = export([Mark("kurt", 12.0, 20.0)], "fewshot", "moodle", listed=path)
    assert made.exported == ("kurt",)
    assert "Kurt Gödel" in made.text


@pytest.mark.parametrize(
    "raw", [b"\x00\x01\x02\x03" * 9, b"PK\x03\x04\x00\x00\xff\xd8", b"\x81\x8d\x8f", b"\xff\xfe\x00"]
)
def test_what_is_no_text_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(raw)
    with pytest.raises(UsageError, match="cannot be read"):
        export(MARKS, "fewshot", "moodle", listed=path)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("0012345", "12345"),
        ("12345", "0012345"),
        ("Ada", "ada"),
        ("ada@UNI.example", "ADA@uni.example"),
        ("a b", "ab"),
    ],
)
def test_a_near_miss_is_named_and_nobody_is_matched_by_it(tmp_path: Path, ours: str, theirs: str) -> None:
    listed = write(tmp_path, f"Username,fewshot\n{theirs},\nother,\n")
    made = export([Mark(ours, 1.0, 2.0)], "fewshot", "moodle", listed=listed)
    assert made.exported == ()
    assert made.unmatched[ours].endswith(f"; {ours} and {theirs} of the list look alike")


def test_who_is_nowhere_near_gets_no_hint(tmp_path: Path) -> None:
    listed = write(tmp_path, "Username,fewshot\n0,\n000,\nadam,\n")
    made = export([Mark("ada", 1.0, 2.0), Mark("0000", 1.0, 2.0)], "fewshot", "moodle", listed=listed)
    assert "alike" not in made.unmatched["ada"]
    assert "alike" in made.unmatched["0000"]


# --- one rule for all platforms


@pytest.mark.parametrize("to", ["moodle", "csv"])
def test_complete_means_the_same_for_every_platform(to: str) -> None:
    assert export([ADA, EMMY], "fewshot", to).complete
    assert not export([ADA, KURT], "fewshot", to).complete
    assert not export([KURT], "fewshot", to).complete
    assert not export([], "fewshot", to).complete
    assert export([ADA, KURT], "fewshot", to, incomplete=True).complete
    without_score = export([ADA, ALAN], "fewshot", to, incomplete=True)
    assert (without_score.complete, without_score.left_out) == (False, ("alan",))


def test_no_file_is_called_csv_twice() -> None:
    assert [file_name("fewshot", to) for to in ("moodle", "canvas", "csv")] == [
        "fewshot.moodle.csv",
        "fewshot.canvas.csv",
        "fewshot.csv",
    ]
