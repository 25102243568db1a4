"""The result file: a `Score` as JSON, and back. The outside reads this, so keys are added and never renamed.

Beside the keys of docs/architecture.md stand, as additions: `notes` and `receipt` (what was read); per exercise `manual`, `note`,
`causes`, `named` and `judged_with` (what its checks say of it together); per check `essential`, `credit`, `read`, `missing`, `judged_with` and `leads`; per
counterexample `picture`, `what`, `own`, `facts` and `right`. JSON knows no NaN: such a number is written as the string "NaN", "Infinity" or "-Infinity"; in a picture,
where strings are strings, as {"float": "nan"}, and "inf" likewise.
The text is ASCII, so that a hostile name can neither break a file nor steer a terminal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar, get_args

from autograder.errors import GraderError
from autograder.model import (
    RESULT_SCHEMA,
    Blame,
    Cause,
    CauseKind,
    CheckResult,
    Counterexample,
    ExerciseResult,
    Failure,
    NamedMistake,
    Score,
    Status,
    Verdict,
    Visibility,
)
from autograder.submission import receipts

T = TypeVar("T")

_BROKEN_FILE = "Grade the submission again: autograder grade writes the file anew."


def to_json(score: Score) -> str:
    """Write the result of one submission; the same score gives the same bytes."""
    return ascii_json(_write_score(score), indent=2) + "\n"


def ascii_json(value: Any, *, indent: int | None = None) -> str:
    """Write plain data as JSON in which no character acts on a terminal: all others than printable ASCII are escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=True, allow_nan=False)
    return text.replace("\x7f", "\\u007f")  # ASCII, and a control character; only strings hold it


def from_json(text: str) -> Score:
    """Read what `to_json` wrote, passing over unknown keys. Raises GraderError where it is no result."""
    try:
        value = json.loads(text)
        if not isinstance(value, dict) or value.get("schema") != RESULT_SCHEMA:
            found = value.get("schema") if isinstance(value, dict) else None
            raise GraderError(
                f"This is no result of schema {RESULT_SCHEMA} (its schema is {str(found)[:40]}).",
                remedy="Read it with the version of fewlabels that wrote it, or grade the submission again.",
            )
        return _read_score(value)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        reason = str(error)[:200]
        raise GraderError(f"The result file cannot be read: {reason}.", remedy=_BROKEN_FILE) from error


# --- writing -----------------------------------------------------------------------------------------------


def _write_score(score: Score) -> dict[str, Any]:
    error = score.error
    return {
        "schema": RESULT_SCHEMA,
        "assignment": score.assignment,
        "student": score.student,
        "status": score.status,
        "score": None if score.score is None else _write_number(score.score),
        "max_score": _write_number(score.max_score),
        "pending_points": _write_number(score.pending_points),
        "seed": score.seed,
        "sandbox": score.sandbox,
        "device": score.device,
        "versions": dict(sorted(score.versions.items())),
        "error": None
        if error is None
        else {field.name: getattr(error, field.name) for field in fields(error)},
        "exercises": [_write_exercise(exercise) for exercise in score.exercises],
        "notes": list(score.notes),
        "receipt": None if score.receipt is None else receipts.as_dict(score.receipt),
    }


def _write_exercise(exercise: ExerciseResult) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "points": _write_number(exercise.points),
        "max_points": _write_number(exercise.max_points),
        "blame": exercise.blame,
        "manual": exercise.manual,
        "note": exercise.note,
        "judged_with": list(exercise.judged_with),
        "causes": [_write_cause(cause) for cause in exercise.causes],
        "named": [{"says": each.says, "mistakes": list(each.mistakes)} for each in exercise.named],
        "checks": [_write_check(check) for check in exercise.checks],
    }


def _write_cause(cause: Cause) -> dict[str, Any]:
    return {field.name: getattr(cause, field.name) for field in fields(cause)}


def _write_check(check: CheckResult) -> dict[str, Any]:
    found = check.counterexample
    return {
        "name": check.name,
        "law": check.law,
        "visibility": check.visibility,
        "weight": _write_number(check.weight),
        "essential": check.essential,
        "verdict": check.verdict,
        "credit": _write_number(check.credit),
        "examples": check.examples,
        "message": check.message,
        "read": check.read,
        "missing": check.missing,
        "judged_with": list(check.judged_with),
        "leads": check.leads,
        "counterexample": None
        if found is None
        else {
            "call": found.call,
            "arguments": dict(found.arguments),
            "returned": found.returned,
            "expected": found.expected,
            "snippet": found.snippet,
            "picture": None if found.picture is None else _write_plain(dict(found.picture)),
            "what": found.what,
            "own": found.own,
            "facts": [list(each) for each in found.facts],
            "right": [list(each) for each in found.right],
        },
    }


def _write_number(value: float) -> float | str:
    value = float(value) + 0.0  # one zero only
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _write_plain(value: Any) -> Any:
    """Plain data of a picture: numbers, strings, lists and mappings; anything else becomes its text."""
    if type(value).__module__ == "numpy":  # without importing it
        value = value.tolist()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, Mapping):
        return {str(key): _write_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_write_plain(item) for item in value]
    return str(value)


# --- reading -----------------------------------------------------------------------------------------------


def _read_score(value: Mapping[str, Any]) -> Score:
    return Score(
        assignment=_text(value["assignment"]),
        student=_text(value["student"]),
        status=_one_of(value["status"], Status),
        score=None if value["score"] is None else _number(value["score"]),
        max_score=_number(value["max_score"]),
        pending_points=_number(value["pending_points"]),
        seed=_whole(value["seed"]),
        sandbox=_text(value["sandbox"]),
        device=_text(value["device"]),
        versions=_texts(value["versions"]),
        exercises=_each(value["exercises"], _read_exercise),
        error=None if value["error"] is None else _read_failure(value["error"]),
        notes=_each(value.get("notes", []), _text),
        receipt=None if value.get("receipt") is None else receipts.from_dict(value["receipt"]),
    )


def _read_failure(value: Mapping[str, Any]) -> Failure:
    return Failure(
        blame=_one_of(value["blame"], Blame),
        what=_text(value["what"]),
        remedy=_text(value["remedy"]),
        file=None if value["file"] is None else _text(value["file"]),
        cell=None if value["cell"] is None else _whole(value["cell"]),
    )


def _read_exercise(value: Mapping[str, Any]) -> ExerciseResult:
    return ExerciseResult(
        name=_text(value["name"]),
        points=_number(value["points"]),
        max_points=_number(value["max_points"]),
        blame=None if value["blame"] is None else _one_of(value["blame"], Blame),
        checks=_each(value["checks"], _read_check),
        manual=bool(value.get("manual", False)),
        note=_text(value.get("note", "")),
        causes=_each(value.get("causes", []), _read_cause),
        named=_each(value.get("named", []), _read_named),
    )


def _read_named(value: Any) -> NamedMistake:
    return NamedMistake(says=_text(value["says"]), mistakes=_each(value["mistakes"], _text))


def _read_cause(value: Mapping[str, Any]) -> Cause:
    return Cause(
        kind=_one_of(value["kind"], CauseKind),
        what=_text(value["what"]),
        remedy=_text(value.get("remedy", "")),
        cell=None if value.get("cell") is None else _whole(value["cell"]),
    )


def _read_check(value: Mapping[str, Any]) -> CheckResult:
    found = value["counterexample"]
    return CheckResult(
        name=_text(value["name"]),
        law=_text(value["law"]),
        visibility=_one_of(value["visibility"], Visibility),
        weight=_number(value["weight"]),
        verdict=_one_of(value["verdict"], Verdict),
        examples=_whole(value["examples"]),
        message=_text(value["message"]),
        counterexample=None if found is None else _read_counterexample(found),
        credit=_number(value.get("credit", 0.0)),
        read=_text(value.get("read", "")),
        missing=_text(value.get("missing", "")),
        judged_with=_each(value.get("judged_with", []), _text),
        leads=bool(value.get("leads", False)),
        essential=bool(value.get("essential", False)),
    )


def _read_counterexample(value: Mapping[str, Any]) -> Counterexample:
    picture = value.get("picture")
    return Counterexample(
        call=_text(value["call"]),
        arguments=_texts(value["arguments"]),
        returned=_text(value["returned"]),
        expected=_text(value["expected"]),
        snippet=_text(value["snippet"]),
        picture=None if picture is None else _read_plain(dict(picture)),
        what=_text(value.get("what", "")),
        own=_text(value.get("own", "")),
        facts=_each(value.get("facts", []), _read_named_text),
        right=_each(value.get("right", []), _read_named_text),
    )


def _read_named_text(value: Any) -> tuple[str, str]:
    name, text = value
    return _text(name), _text(text)


def _read_plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_read_plain(item) for item in value]
    if isinstance(value, dict):
        if list(value) == ["float"] and value["float"] in ("nan", "inf", "-inf"):
            return float(value["float"])
        return {key: _read_plain(item) for key, item in value.items()}
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return value


def _texts(value: Any) -> dict[str, str]:
    return {key: _text(item) for key, item in value.items()}


def _number(value: Any) -> float:
    if isinstance(value, bool) or not (
        isinstance(value, int | float) or value in ("NaN", "Infinity", "-Infinity")
    ):
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a whole number was expected, not {type(value).__name__}")
    return value


def _each(value: Any, read: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise TypeError(f"a list was expected, not {type(value).__name__}")
    return tuple(read(item) for item in value)


def _one_of(value: Any, allowed: Any) -> Any:
    if value not in get_args(allowed):
        raise ValueError(f"{str(value)[:40]!r} is none of {', '.join(get_args(allowed))}")
    return value
