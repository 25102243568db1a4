"""A TOML file of a course, read; what is wrong with it is told with the line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.errors import AssignmentError


def read(path: Path) -> dict[str, Any]:
    """Return what a file says; a byte order mark in front does not matter. Raises AssignmentError with file and line."""
    raw = path.read_bytes()
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        remedy = "Save the file as UTF-8."
        raise _broken(path, line, "a byte that is no UTF-8", remedy) from None
    except tomllib.TOMLDecodeError as error:
        text = raw.decode("utf-8-sig")
        named = re.search(r"\(at line (\d+), column \d+\)", str(error))
        what = re.sub(r" \(at [^)]*\)$", "", str(error))
        # where the text ends too soon, the last line that says something
        line = int(named[1]) if named else max(1, len(text.rstrip().splitlines()))
        raise _broken(path, line, what, f"Mend line {line}: {_shown(text, line)}") from None


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return `Did you mean ...? ` with the one of `known` that is nearest to `given`; an empty text where none is near."""
    close = difflib.get_close_matches(given, list(known), n=1)
    return f"Did you mean {close[0]}? " if close else ""


def _broken(path: Path, line: int, what: str, remedy: str) -> AssignmentError:
    return AssignmentError(f"The file is not TOML ({what}).", remedy=remedy, file=f"{path}, line {line}")


def _shown(text: str, line: int) -> str:
    lines = text.splitlines()
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    return shown if len(shown) <= 80 else shown[:80] + "..."
