"""What a course decides: `autograder.toml` in the course directory, every key optional.

seed = 20261                    # inputs of this term; another seed, other inputs, the same laws
# variant = 7                   # this term's data and numbers in the notebooks: autograder release --variant 7
reveal = "counterexample"       # or "law": whether students see the inputs of hidden checks
follow_on = true                # judge later exercises with the course's solutions of earlier ones that lost points; or false
figures = true                  # render the pictures that cells show, for whoever reads autograded notebooks; false saves their time

[limits]
cell_seconds = 10.0
call_seconds = 2.0
submission_seconds = 120.0
memory_mib = 2048

# [thresholds.fewshot]          # numbers of one assignment's checks; what there are, its checks/NAME/__init__.py says
# accuracy_floor = 0.60         # no points up to here; an untrained network reaches a little less
# accuracy_goal = 0.85          # all points from here
# [thresholds.fewshot.variant.7]  # the same for one variant, whose data are easier or harder
# accuracy_goal = 0.80

[read]                          # per exercise: what students should read first, before what its checks name
# class_prototypes = "Slides 12 to 15"

# [late]                        # without it, being late costs nothing
# percent_per_day = 10          # of the assignment's points, for every day begun after the deadline
# grace_minutes = 15            # who is later by no more than this is not late
# at_most_percent = 50          # never more than this

# [times]                       # how a timestamp.txt is read that does not say it itself
# zone = "Europe/Helsinki"      # of times without a zone, and of names such as EEST; without it UTC
# day_first = true              # 01/12/2026 is 1 December; false: 12 January; without it such a time is doubtful
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from autograder.course import toml
from autograder.errors import AssignmentError
from autograder.model import Limits

FILE = "autograder.toml"
LIMITS = ("cell_seconds", "call_seconds", "submission_seconds")
EVERY = "*"  # thresholds that count for every assignment which has them


DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Late:
    """What being late costs, in per cent of the assignment's points."""

    percent_per_day: float
    grace_minutes: float = 0.0
    at_most_percent: float = 100.0

    def share(self, seconds: float) -> float:
        """Return the part of the points, in [0, 1], that a submission loses which came `seconds` after the deadline."""
        if seconds <= 60 * self.grace_minutes:
            return 0.0
        days = math.ceil(seconds / DAY_SECONDS)
        return min(days * self.percent_per_day, self.at_most_percent) / 100


@dataclass(frozen=True)
class Times:
    """How times are read that leave something open. `zone` as the time zone database calls it."""

    zone: str = ""
    day_first: bool | None = None

    @property
    def tzinfo(self) -> tzinfo | None:
        """The zone itself."""
        return ZoneInfo(self.zone) if self.zone else None


@dataclass(frozen=True)
class Thresholds:
    """Numbers that a course has of its own for an assignment: for all variants, and for some."""

    values: Mapping[str, float] = field(default_factory=dict)
    variants: Mapping[int, Mapping[str, float]] = field(default_factory=dict)

    def of(self, variant: int | None) -> dict[str, float]:
        """Return the numbers that count for a variant."""
        return {**self.values, **(self.variants.get(variant, {}) if variant is not None else {})}


@dataclass(frozen=True)
class ForChecks:
    """What the checks of one assignment may ask of the course: their parameter `course`."""

    reveal: Literal["law", "counterexample"]
    thresholds: Mapping[str, float]

    @property
    def accuracy_floor(self) -> float:
        """As check files of version 0.1 ask."""
        return self.thresholds.get("accuracy_floor", 0.60)

    @property
    def accuracy_goal(self) -> float:
        """As check files of version 0.1 ask."""
        return self.thresholds.get("accuracy_goal", 0.85)


@dataclass(frozen=True)
class Settings:
    seed: int = 20261
    reveal: Literal["law", "counterexample"] = "counterexample"
    limits: Limits = field(default_factory=Limits)
    read: Mapping[str, str] = field(default_factory=dict)
    late: Late | None = None
    times: Times = field(default_factory=Times)
    variant: int | None = None
    thresholds: Mapping[str, Thresholds] = field(default_factory=dict)
    follow_on: bool = True
    file: str = field(default=FILE, compare=False, repr=False)

    def of(self, assignment: str, defaults: Mapping[str, float]) -> ForChecks:
        """Return what the checks of one assignment may ask of the course.

        defaults   its thresholds, where the course says nothing: `registry.thresholds`

        Raises AssignmentError, with file and line, for a threshold that the assignment does not have, and for a floor that
        is not below its goal.
        """
        mine = {name: self.thresholds[name] for name in (EVERY, assignment) if name in self.thresholds}
        merged = dict(defaults)
        for name, given in mine.items():
            unknown = set(given.of(self.variant)) - set(defaults)
            if unknown and name != EVERY:
                raise _odd(
                    f"thresholds.{name}.{min(unknown)}",
                    f"The assignment {assignment} has {', '.join(sorted(defaults)) or 'no thresholds'}.",
                    self.file,
                )
            merged |= given.of(self.variant)
        for key, low in merged.items():
            high = merged.get(f"{key.removesuffix('_floor')}_goal")
            if key.endswith("_floor") and high is not None and not low < high:
                raise _odd(f"thresholds.{assignment}.{key}", "Give a floor below its goal.", self.file)
        return ForChecks(self.reveal, merged)

    def require_known(self, assignments: Iterable[str]) -> None:
        """Raise AssignmentError, with file and line, for thresholds of an assignment that is not among `assignments`."""
        known = sorted(assignments)
        for name in self.thresholds:
            if name not in (EVERY, *known):
                close = difflib.get_close_matches(name, known, n=1)
                remedy = f"Did you mean {close[0]}? " if close else ""
                raise _odd(f"thresholds.{name}", f"{remedy}There are: {', '.join(known)}.", self.file)


def read(course: Path) -> Settings:
    """Read the settings of a course directory. Raises AssignmentError that names the key and what it takes."""
    path = course / FILE
    if not path.is_file():
        return Settings()
    return _settings(toml.read(path), str(path))


def _settings(text: Mapping[str, Any], file: str) -> Settings:
    known = {
        "seed",
        "variant",
        "reveal",
        "follow_on",
        "figures",
        "limits",
        "thresholds",
        "trained_weights",
        "read",
        "late",
        "times",
    }
    for key in text:
        if key not in known:
            near = toml.did_you_mean(key, known)
            raise _odd(key, f"{near}Known keys are {', '.join(sorted(known))}.", file)
    settings = Settings(file=file)
    for key in ("seed", "variant"):
        if key in text:
            if type(text[key]) is not int or not 0 <= text[key] < 2**63:
                raise _odd(key, "Give a whole number, 0 or above.", file)
            change: dict[str, Any] = {key: text[key]}
            settings = replace(settings, **change)
    if "reveal" in text:
        if text["reveal"] not in ("law", "counterexample"):
            raise _odd("reveal", 'Give "law" or "counterexample".', file)
        settings = replace(settings, reveal=text["reveal"])
    for key in ("follow_on", "figures"):
        if key in text and not isinstance(text[key], bool):
            raise _odd(key, "Give true or false.", file)
    if "follow_on" in text:
        settings = replace(settings, follow_on=text["follow_on"])
    if "limits" in text:
        settings = replace(settings, limits=_limits(text["limits"], file))
    if "figures" in text:
        settings = replace(settings, limits=replace(settings.limits, figures=text["figures"]))
    if "thresholds" in text:
        settings = replace(settings, thresholds=_thresholds(text["thresholds"], file))
    if "trained_weights" in text:
        given = Thresholds(_for_every_assignment(text["trained_weights"], file))
        settings = replace(settings, thresholds={EVERY: given, **settings.thresholds})
    if "read" in text:
        settings = replace(settings, read=_places(text["read"], file))
    if "late" in text:
        settings = replace(settings, late=_late(text["late"], file))
    if "times" in text:
        settings = replace(settings, times=_times(text["times"], file))
    return settings


def _times(given: Any, file: str) -> Times:
    remedy = 'Give zone = "Europe/Helsinki" or the like, and if you like day_first = true or false.'
    if not isinstance(given, Mapping):
        raise _odd("times", remedy, file)
    for key, value in given.items():
        good = isinstance(value, bool) if key == "day_first" else key == "zone" and isinstance(value, str)
        if not good:
            raise _odd(f"times.{key}", remedy, file)
    times = Times(**given)
    try:
        times.tzinfo  # noqa: B018  it raises where there is no such zone
    except (OSError, ValueError, KeyError):
        raise _odd("times.zone", f"No zone is called {times.zone!r}. {remedy}", file) from None
    return times


def _limits(given: Any, file: str) -> Limits:
    remedy = f"Give positive numbers for {', '.join(LIMITS)}, memory_mib."
    if not isinstance(given, Mapping):
        raise _odd("limits", remedy, file)
    limits = Limits()
    for key, value in given.items():
        if key not in (*LIMITS, "memory_mib") or not (_number(value) and value > 0):
            raise _odd(f"limits.{key}", remedy, file)
        change: dict[str, Any] = {key: float(value)}
        limits = replace(limits, **({"memory_bytes": int(value * 2**20)} if key == "memory_mib" else change))
    return limits


def _for_every_assignment(given: Any, file: str) -> dict[str, float]:
    """[trained_weights], as version 0.1 had it: for every assignment that has these thresholds."""
    remedy = "Give 0 <= accuracy_floor < accuracy_goal <= 1."
    if not isinstance(given, Mapping) or set(given) - {"accuracy_floor", "accuracy_goal"}:
        raise _odd("trained_weights", remedy, file)
    values = {"accuracy_floor": 0.60, "accuracy_goal": 0.85, **given}
    if not all(map(_number, values.values())) or not (
        0 <= values["accuracy_floor"] < values["accuracy_goal"] <= 1
    ):
        raise _odd("trained_weights", remedy, file)
    return {name: float(value) for name, value in given.items()}


def _thresholds(given: Any, file: str) -> dict[str, Thresholds]:
    """[thresholds.NAME] and [thresholds.NAME.variant.SEED]."""
    remedy = "Give a table per assignment, [thresholds.NAME], with a number for each of its thresholds."
    if not isinstance(given, Mapping):
        raise _odd("thresholds", remedy, file)
    found = {}
    for name, table in given.items():
        if not isinstance(table, Mapping):
            raise _odd(f"thresholds.{name}", remedy, file)
        variants = table.get("variant", {})
        whole = {key: value for key, value in table.items() if key != "variant"}
        if not isinstance(variants, Mapping) or not all(
            seed.isdecimal() and isinstance(numbers, Mapping) for seed, numbers in variants.items()
        ):
            raise _odd(
                f"thresholds.{name}.variant", f"{remedy} For a variant: [thresholds.{name}.variant.7].", file
            )
        for where, numbers in [("", whole), *((f".variant.{seed}", each) for seed, each in variants.items())]:
            for key, value in numbers.items():
                if not _number(value):
                    raise _odd(f"thresholds.{name}{where}.{key}", "Give a number.", file)
        found[name] = Thresholds(
            {key: float(value) for key, value in whole.items()},
            {
                int(seed): {key: float(value) for key, value in each.items()}
                for seed, each in variants.items()
            },
        )
    return found


def _places(given: Any, file: str) -> dict[str, str]:
    if not isinstance(given, Mapping) or not all(isinstance(place, str) for place in given.values()):
        raise _odd("read", 'Give a text per exercise: class_prototypes = "Slides 12 to 15".', file)
    return dict(given)


def _late(given: Any, file: str) -> Late:
    bounds = {"percent_per_day": 100.0, "grace_minutes": 1e9, "at_most_percent": 100.0}
    remedy = "Give percent_per_day (0 to 100), and if you like grace_minutes (from 0) and at_most_percent (0 to 100)."
    if not isinstance(given, Mapping) or "percent_per_day" not in given:
        raise _odd("late", remedy, file)
    for key, value in given.items():
        if key not in bounds or not (_number(value) and 0 <= value <= bounds[key]):
            raise _odd(f"late.{key}", remedy, file)
    return Late(**{key: float(value) for key, value in given.items()})


def _number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18
    )  # no inf, no nan


def _odd(key: str, remedy: str, file: str) -> AssignmentError:
    line = _line_of(key, file)
    where = file if line is None else f"{file}, line {line}"
    return AssignmentError(f"The setting {key} cannot be read.", remedy=remedy, file=where)


def _line_of(key: str, file: str) -> int | None:
    """The line in which a key stands, its table's header where it has none of its own; None where nothing is found."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    best: int | None = None
    table = ""
    for number, line in enumerate(lines, 1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header is not None:
            table = "".join(header[1].split()) + "."
            if key == table[:-1] or key.startswith(table) or table.startswith(f"{key}."):
                best = number
            continue
        name = line.split("=")[0].strip()
        if name and table + name == key:
            return number
    return best
