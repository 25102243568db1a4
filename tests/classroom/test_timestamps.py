"""What a timestamp.txt says: read where it means one moment only, told where it does not."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.timestamps import HandedIn, handed_in, read
from autograder.course.settings import Times

SILENT = Times()
HELSINKI = Times("Europe/Helsinki", day_first=True)
NOON = datetime(2026, 7, 1, 12)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-01 12:00:00 UTC",
        "2026-07-01 12:00:00.000000 UTC",  # nbgrader's own
        "2026-07-01T12:00:00Z",
        "2026-07-01 15:00:00 +0300",
        "2026-07-01T15:00:00+03:00",
        "2026-07-01 15:00:00 Europe/Helsinki",
        "2026/7/1 12:00 GMT",
        "Wed, 01 Jul 2026 12:00:00 GMT",
        "July 1, 2026 12:00 PM UTC",
        "2026-07-01 12:00:00",  # nbgrader reads UTC
        "2026-07-01 12:00",
        "1 Jul 2026 07:00:00 EST",
    ],
)
def test_what_means_one_moment_is_read(text: str) -> None:
    assert read(text.encode(), SILENT) == HandedIn(NOON)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_byte_order_mark_changes_nothing(encoding: str, end: str) -> None:
    assert read(("2026-07-01 12:00:00 UTC" + end).encode(encoding), SILENT) == HandedIn(NOON)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("Freitag, 27. November 2026, 23:30", "no time that can be read"),
        ("yesterday", "no time that can be read"),
        ("1764541800", "a mere number"),
        ("01/12/2026 10:00", "12 January or 1 December"),
        ("01.12.2026 10:00", "12 January or 1 December"),
        ("30/11/2026", "leaves the time of day open"),
        ("2026-11-30", "leaves the time of day open"),
        ("12:00:00 UTC", "leaves the day open"),
        ("2026-07-01 12:00:00 CEST", "CEST names no zone for certain"),
        ("2026-07-01 12:00:00 CET", "CET names no zone for certain"),
        ("2026-07-01 12:00:00 Europe/Atlantis", "no zone is called Europe/Atlantis"),
        ("2026-07-01 12:00:00 GMT+3", "either sign"),
        ("1026-07-01 12:00:00 UTC", "the year 1026"),
        ("2026-13-01 12:00:00 UTC", "no time that can be read"),
    ],
)
def test_what_may_mean_something_else_is_told(text: str, why: str) -> None:
    found = read(text.encode(), SILENT)
    assert found.when is None
    assert why in found.doubt


def test_a_course_says_its_zone_and_its_order() -> None:
    assert read(b"01/07/2026 15:00", HELSINKI).when == NOON
    assert read(b"2026-07-01 15:00:00", HELSINKI).when == NOON
    assert read(b"2026-07-01 15:00:00 EEST", HELSINKI).when == NOON
    assert read(b"07/01/2026 15:00", Times("Europe/Helsinki", day_first=False)).when == NOON
    assert read(b"2026-07-01 12:00:00 UTC", HELSINKI).when == NOON
    assert "CEST names no zone" in read(b"2026-07-01 15:00:00 CEST", HELSINKI).doubt


def test_the_hour_in_which_clocks_change_is_doubtful_unless_named() -> None:
    assert "clocks were changed" in read(b"2026-10-25 03:30", HELSINKI).doubt
    assert read(b"2026-10-25 03:30 EEST", HELSINKI).when == datetime(2026, 10, 25, 0, 30)
    assert read(b"2026-10-25 03:30 EET", HELSINKI).when == datetime(2026, 10, 25, 1, 30)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_what_nbgrader_writes_is_read_back(when: datetime) -> None:
    assert read(f"{when:%Y-%m-%d %H:%M:%S.%f} UTC".encode(), HELSINKI) == HandedIn(when)


@given(st.binary(max_size=80) | st.text("0123456789-/:. TZUCEST+apm,", max_size=30).map(str.encode))
def test_no_bytes_raise_and_none_are_silently_on_time(raw: bytes) -> None:
    for times in (SILENT, HELSINKI):
        found = read(raw, times)
        assert (found.when is None) is bool(found.doubt)
        assert found.doubt.isprintable()


def test_what_is_no_file_of_its_own_is_told(tmp_path: Path) -> None:
    assert handed_in(tmp_path, SILENT) == HandedIn()
    path = tmp_path / "timestamp.txt"
    path.symlink_to(tmp_path / "elsewhere")
    assert "no file of its own" in handed_in(tmp_path, SILENT).doubt
    path.unlink()
    os.mkfifo(path)
    assert "no file of its own" in handed_in(tmp_path, SILENT).doubt
    path.unlink()
    path.write_bytes(b"2026-07-01 12:00:00 UTC" + bytes(5000))
    assert "5,023 bytes" in handed_in(tmp_path, SILENT).doubt
