"""What a course decides: `autograder.toml` in the course directory, every key optional.

seed = 20261                    # inputs of this term; another seed, other inputs, the same laws
reveal = "counterexample"       # or "law": whether students see the inputs of hidden checks

[limits]
cell_seconds = 10.0
call_seconds = 2.0
submission_seconds = 120.0
memory_mib = 2048

[trained_weights]
accuracy_floor = 0.45           # no points up to here
accuracy_goal = 0.80            # all points from here
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from autograder.errors import AssignmentError
from autograder.sandbox.transport import Limits

FILE = "autograder.toml"
LIMITS = ("cell_seconds", "call_seconds", "submission_seconds")


@dataclass(frozen=True)
class Settings:
    seed: int = 20261
    reveal: Literal["law", "counterexample"] = "counterexample"
    limits: Limits = field(default_factory=Limits)
    accuracy_floor: float = 0.45
    accuracy_goal: float = 0.80


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
    known = {"seed", "reveal", "limits", "trained_weights"}
    for key in text:
        if key not in known:
            raise _odd(key, f"Known keys are {', '.join(sorted(known))}.", file)
    settings = Settings()
    if "seed" in text:
        if (
            not isinstance(text["seed"], int)
            or isinstance(text["seed"], bool)
            or not 0 <= text["seed"] < 2**63
        ):
            raise _odd("seed", "Give a whole number, 0 or above.", file)
        settings = replace(settings, seed=text["seed"])
    if "reveal" in text:
        if text["reveal"] not in ("law", "counterexample"):
            raise _odd("reveal", 'Give "law" or "counterexample".', file)
        settings = replace(settings, reveal=text["reveal"])
    limits = settings.limits
    for key, value in text.get("limits", {}).items():
        if key not in (*LIMITS, "memory_mib") or not _positive(value):
            raise _odd(f"limits.{key}", f"Give positive numbers for {', '.join(LIMITS)}, memory_mib.", file)
        change: dict[str, Any] = (
            {"memory_bytes": int(value) << 20} if key == "memory_mib" else {key: float(value)}
        )
        limits = replace(limits, **change)
    marks = text.get("trained_weights", {})
    floor, goal = (
        marks.get("accuracy_floor", settings.accuracy_floor),
        marks.get("accuracy_goal", settings.accuracy_goal),
    )
    if set(marks) - {"accuracy_floor", "accuracy_goal"} or not (_positive(goal) and 0 <= floor < goal <= 1):
        raise _odd("trained_weights", "Give 0 <= accuracy_floor < accuracy_goal <= 1.", file)
    return replace(settings, limits=limits, accuracy_floor=float(floor), accuracy_goal=float(goal))


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _odd(key: str, remedy: str, file: str) -> AssignmentError:
    return AssignmentError(f"The setting {key} cannot be read.", remedy=remedy, file=file)
