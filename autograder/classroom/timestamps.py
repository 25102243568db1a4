"""When something was handed in: what timestamp.txt says, and whether it says so beyond doubt.

nbgrader and the exchange write `2026-11-30 22:59:00.000000 UTC`. What people and other programs write there is read where it
can mean one moment only, given the course's zone and order of day and month (`[times]` in autograder.toml). Whatever else
there is counts as on time, and is told: a doubt costs no points before a person has looked.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil import parser  # type: ignore[import-untyped]

from autograder.course.settings import Times
from autograder.feedback.sanitise import one_line

FILE = "timestamp.txt"
SIZE_CAP = 1_000
YEARS = range(2000, 2100)

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?=[T ,]|$)")
_ZONED = re.compile(r"(.*\d)\s+([A-Za-z][A-Za-z_]+(?:/[A-Za-z_+-]+)+)")
# two moments that share no part but seconds: what a text leaves open comes out differently
_DEFAULTS = (datetime(2001, 3, 4, 5, 6), datetime(2010, 8, 9, 10, 11))
_OF_UTC = ("UTC", "GMT", "Z", "UT")


@dataclass(frozen=True)
class HandedIn:
    """`when`: the moment, in UTC and without a zone as nbgrader has it; None where it is not known, and `doubt` says why.

    Both are empty where there is no timestamp.txt.
    """

    when: datetime | None = None
    doubt: str = ""


def handed_in(folder: Path, times: Times) -> HandedIn:
    """Return when the submission in `folder` was handed in. Never raises."""
    path = folder / FILE
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            return HandedIn(doubt=f"{FILE} is no file of its own")
        if found.st_size > SIZE_CAP:
            return HandedIn(doubt=f"{FILE} is no time ({found.st_size:,} bytes)")
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with open(descriptor, "rb") as file:
            raw = file.read(SIZE_CAP)
    except FileNotFoundError:
        return HandedIn()
    except OSError as error:
        return HandedIn(doubt=f"{FILE} cannot be read ({error.strerror})")
    return read(raw, times)


def read(raw: bytes, times: Times) -> HandedIn:
    """Return the moment that a timestamp.txt spells."""
    try:
        marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = raw.decode("utf-16" if marked else "utf-8-sig").strip()
    except UnicodeDecodeError:
        return HandedIn(doubt=f"{FILE} is no text")
    if not text:
        return HandedIn(doubt=f"{FILE} is empty")
    try:
        return HandedIn(_moment(text, times))
    except (ValueError, OverflowError, TypeError, IndexError) as error:
        why = str(error) if isinstance(error, _DoubtError) else "it is no time that can be read"
        return HandedIn(doubt=f"{FILE} says “{one_line(text, 60)}”: {why}")


class _DoubtError(ValueError):
    """Says why a text does not mean one moment only."""


def _moment(text: str, times: Times) -> datetime:
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", text):
        raise _DoubtError("a mere number; write it as 2026-11-30 22:59:00 UTC")
    if re.search(r"\b(UTC|GMT|UT)[-+]\d", text):
        raise _DoubtError("an offset behind GMT or UTC is written with either sign")
    zone: tzinfo | None = None
    zoned = _ZONED.fullmatch(text)
    if zoned is not None:  # a zone by its name, Europe/Helsinki
        text, zone = zoned[1], _zone(zoned[2])
    naive, name, offset = _parsed(text, times)
    if naive.year not in YEARS:
        raise _DoubtError(f"it would be the year {naive.year}")
    if offset is not None:
        return naive - offset
    if zone is None and name is not None:
        zone = UTC if name.upper() in _OF_UTC else _named(name, naive, times)
    return _in_utc(naive, zone or times.tzinfo or UTC, name)


def _parsed(text: str, times: Times) -> tuple[datetime, str | None, timedelta | None]:
    """The date and time of day as they stand there, the name of the zone and its offset, as far as there are any."""
    year_first = _YEAR_FIRST.match(text)
    if year_first is not None:
        year, _, month, day = year_first.groups()
        text = f"{year}-{month:0>2}-{day:0>2}" + text[year_first.end() :]
    orders = (False,) if year_first is not None else (False, True)
    names: list[str] = []

    def zone(name: str | None, offset: int | None) -> tzinfo | None:
        """An offset is what it is; a name alone is noted, and left open."""
        if offset and name not in _OF_UTC:
            return timezone(timedelta(seconds=offset))
        if offset == 0 and name is None:
            return UTC
        if name is not None:
            names.append(name)
        return None

    found = []
    for day_first in orders:
        one, other = (
            parser.parse(text, default=default, dayfirst=day_first, tzinfos=zone) for default in _DEFAULTS
        )
        if one != other:
            raise _DoubtError(
                "it leaves the time of day open" if one.date() == other.date() else "it leaves the day open"
            )
        found.append(one)
    moment = found[0]
    if len(set(found)) > 1:
        if times.day_first is None:
            days = " or ".join(f"{each.day} {each:%B}" for each in found)
            raise _DoubtError(f"{days}; say day_first in [times] of autograder.toml")
        moment = found[times.day_first]
    offset = moment.utcoffset()
    return moment.replace(tzinfo=None), names[0] if names else None, offset


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise _DoubtError(f"no zone is called {one_line(name, 40)}") from None


def _named(name: str, naive: datetime, times: Times) -> tzinfo:
    """The zone that calls itself `name` at that time: the course's, or the one of that name."""
    zones = [times.tzinfo] if times.tzinfo is not None else []
    with suppress(OSError, ValueError, KeyError):
        zones.append(ZoneInfo(name))
    for zone in zones:
        if name in {naive.replace(tzinfo=zone, fold=fold).tzname() for fold in (0, 1)}:
            return zone
    raise _DoubtError(
        f"{one_line(name, 12)} names no zone for certain; say zone in [times] of autograder.toml"
    )


def _in_utc(naive: datetime, zone: tzinfo, name: str | None) -> datetime:
    both = [naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    if both[0].utcoffset() != both[1].utcoffset():  # the hour in which clocks change
        both = [each for each in both if each.tzname() == name]
        if len(both) != 1:
            raise _DoubtError("clocks were changed in that hour")
    return both[0].astimezone(UTC).replace(tzinfo=None)
