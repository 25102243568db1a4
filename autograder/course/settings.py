"""What a course decides: `autograder.toml` in the course directory, every key optional.

seed = 20261                    # inputs of this term; another seed, other inputs, the same laws
# variant = 7                   # this term's data and numbers in the notebooks: autograder release --variant 7
reveal = "counterexample"       # or "law": whether students see the inputs of hidden checks

[limits]
cell_seconds = 10.0
call_seconds = 2.0
submission_seconds = 120.0
memory_mib = 2048

[trained_weights]
accuracy_floor = 0.60           # no points up to here; an untrained network reaches a little less
accuracy_goal = 0.85            # all points from here

[read]                          # per exercise: what students should read first, before what its checks name
# class_prototypes = "Slides 12 to 15"

# [late]                        # without it, being late costs nothing
# percent_per_day = 10          # of the assignment's points, for every day begun after the deadline
# grace_minutes = 15            # who is later by no more than this is not late
# at_most_percent = 50          # never more than this
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from autograder.errors import AssignmentError
from autograder.model import Limits

FILE = "autograder.toml"
LIMITS = ("cell_seconds", "call_seconds", "submission_seconds")


DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Late:
    """What being late costs, in per cent of the assignment's points."""

    percent_per_day: float
    grace_minutes: float = 0.0
    at_most_percent: float = 100.0

    def share(self, seconds: float) -> float:
        """The part of the points, in [0, 1], that a submission loses which came `seconds` after the deadline."""
        if seconds <= 60 * self.grace_minutes:
            return 0.0
        days = math.ceil(seconds / DAY_SECONDS)
        return min(days * self.percent_per_day, self.at_most_percent) / 100


@dataclass(frozen=True)
class Settings:
    seed: int = 20261
    reveal: Literal["law", "counterexample"] = "counterexample"
    limits: Limits = field(default_factory=Limits)
    accuracy_floor: float = 0.60
    accuracy_goal: float = 0.85
    read: Mapping[str, str] = field(default_factory=dict)
    late: Late | None = None
    variant: int | None = None


def read(course: Path) -> Settings:
    """The settings of a course directory. Raises AssignmentError that names the key and what it takes."""
    path = course / FILE
    if not path.is_file():
        return Settings()
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(
            f"The file is not TOML ({error}).", remedy="Mend the line it names.", file=str(path)
        ) from None
    return _settings(text, str(path))


def _settings(text: Mapping[str, Any], file: str) -> Settings:
    known = {"seed", "variant", "reveal", "limits", "trained_weights", "read", "late"}
    for key in text:
        if key not in known:
            raise _odd(key, f"Known keys are {', '.join(sorted(known))}.", file)
    settings = Settings()
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
    if "limits" in text:
        settings = replace(settings, limits=_limits(text["limits"], file))
    if "trained_weights" in text:
        settings = _marks(settings, text["trained_weights"], file)
    if "read" in text:
        settings = replace(settings, read=_places(text["read"], file))
    if "late" in text:
        settings = replace(settings, late=_late(text["late"], file))
    return settings


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


def _marks(settings: Settings, given: Any, file: str) -> Settings:
    remedy = "Give 0 <= accuracy_floor < accuracy_goal <= 1."
    if not isinstance(given, Mapping) or set(given) - {"accuracy_floor", "accuracy_goal"}:
        raise _odd("trained_weights", remedy, file)
    floor = given.get("accuracy_floor", settings.accuracy_floor)
    goal = given.get("accuracy_goal", settings.accuracy_goal)
    if not (_number(floor) and _number(goal) and 0 <= floor < goal <= 1):
        raise _odd("trained_weights", remedy, file)
    return replace(settings, accuracy_floor=float(floor), accuracy_goal=float(goal))


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
    return AssignmentError(f"The setting {key} cannot be read.", remedy=remedy, file=file)
