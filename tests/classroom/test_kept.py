"""Names of files that come from names of students: bounded, harmless, and never two alike."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.classroom import kept
from autograder.classroom.kept import file_name

# what Linux takes for a folder, and bytes that are no UTF-8
NAMES = st.binary(min_size=1, max_size=255).map(
    lambda raw: os.fsdecode(raw.replace(b"/", b"-").replace(b"\0", b"-"))
)
TEXTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=80)


@pytest.mark.parametrize(
    "name",
    ["ada", "zoë", "s0123456", "AB12-34", "ann [2] é", "-rf", "o'neil@example.org", "李", "a~b", "x" * 120],
)
def test_short_names_stay_as_they_are(name: str) -> None:
    assert file_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "x" * 121,
        "ü" * 61,
        ".hidden",
        " ada",
        "ada ",
        "ada.",
        "con",
        "NUL.txt",
        "a:b",
        "a\\b",
        "what?",
        "line\nbreak",
        "\x1b[2Jeve",
        "\u202eeve",
        "not utf-8 \udcff",
        "ada~0123456789abcdef01234567",
        "ada~0123456789ABCDEF01234567",
    ],
)
def test_a_long_or_odd_one_is_shortened(name: str) -> None:
    short = file_name(name)
    assert short != name
    assert short.isascii()
    assert short.isprintable()
    assert len(short) <= kept.LONGEST
    assert file_name(short) != short  # nobody can be called so and meet it


def test_a_shortened_name_does_not_change_from_version_to_version() -> None:
    assert file_name("trailing dot.") == "trailing_dot~fc884b2532eb233db7afad9c"
    assert file_name("\x1b[2J") == "2J~05704e8a84c06017af3105c9"
    assert file_name("?") == "student~8a8de823d5ed3e12746a62ef"


@given(st.one_of(NAMES, TEXTS))
@example("x" * 255)
@example("ü" * 127)
def test_every_file_system_takes_every_name_with_what_stands_around_it(name: str) -> None:
    short = file_name(name)
    assert len(f".{short}.html.12345678".encode()) <= 143  # the least that a file system in use allows
    assert short[0] not in ". "
    assert short[-1] not in ". "
    assert not set('<>:"/\\|?*') & set(short)
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in short)


@given(st.lists(st.one_of(NAMES, TEXTS), min_size=2, max_size=2, unique=True))
@example(["x" * 254 + "a", "x" * 254 + "b"])
@example(["ada", "ada."])
@example(["ada.", "ada "])
def test_no_two_students_have_the_same_files(pair: list[str]) -> None:
    one, other = map(file_name, pair)
    assert one != other


def test_a_shortened_name_that_somebody_else_bears_is_shortened_again() -> None:
    assert file_name(file_name("x" * 200)) != file_name("x" * 200)


# --- twins


def test_who_differs_in_case_alone_or_in_how_accents_are_coded_is_a_twin() -> None:
    other = unicodedata.normalize("NFD", "zoë")
    found = kept.twins(["Ada", "ada", "ADA", "bob", "zoë", other])
    assert found == {
        "Ada": ("ada", "ADA"),
        "ada": ("Ada", "ADA"),
        "ADA": ("Ada", "ada"),
        "zoë": (other,),
        other: ("zoë",),
    }


def test_twins_are_told_apart_where_the_file_system_does(tmp_path: Path) -> None:
    assert kept.told_apart(tmp_path, "Ada", "ada")
    blind = tmp_path / ".autograder" / "results" / "BOB"
    blind.symlink_to("bob")  # two names for one folder, as a file system that does not mind case has them
    (blind.parent / "bob").mkdir()
    assert not kept.told_apart(tmp_path, "BOB", "bob")


# --- version 0.1


def test_what_version_0_1_kept_under_an_odd_name_is_known_to_be_the_students() -> None:
    assert kept.owns("ada.", "ada.")
    assert kept.owns("ada.", file_name("ada."))
    assert not kept.owns("ada.", "ada")
