"""No cell that a student wrote is a formula to a spreadsheet, and what is written can be read again."""

from __future__ import annotations

import csv as reader
import io
import math

import pytest

from autograder.feedback import csv


def read(text: str) -> list[list[str]]:
    return list(reader.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "hostile",
    [
        '=HYPERLINK("http://evil.example","click")',
        "=1+1",
        "+1+1",
        "-1+cmd|' /C calc'!A0",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        "\u00a0=1+1",
        "\uff1d1+1",  # a full-width equals sign, which some spreadsheets take for an equals sign
    ],
)
def test_what_a_spreadsheet_would_run_becomes_text(hostile: str) -> None:
    ((cell,),) = read(csv.text([[hostile]]))
    assert cell.startswith("'") or not csv.runs(cell)
    assert not cell.startswith(csv.STARTS)


@pytest.mark.parametrize(
    "name", ["Zoë Ångström", "O'Neil, Ada", 'the "second"', "a=b", "1-2", "x@y.example", "-", "-0.50"]
)
def test_ordinary_text_is_left_alone(name: str) -> None:
    assert read(csv.text([[name, 1]])) == [[name, "1"]]


def test_numbers_stay_numbers() -> None:
    row = [-0.25, -3, 17.123456789, 0.1 + 0.2, -0.0, math.nan, math.inf, None]
    assert read(csv.text([row])) == [["-0.25", "-3", "17.12345679", "0.3", "0", "", "", ""]]


def test_what_nobody_can_see_is_written_out() -> None:
    assert read(csv.text([["a\u202eb\x00c"]])) == [["a\\u202eb\\x00c"]]


def test_two_names_never_become_the_same_cell() -> None:
    ((one,), (other,)) = read(csv.text([["ada"], ["ad\x1b[2Ka"]]))
    assert (one, other) == ("ada", "ad\\x1b[2Ka")
