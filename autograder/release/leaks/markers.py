"""Lines that mark what staff alone may see: those that nbgrader takes out, and those that it does not recognise."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache

EDGES = ("BEGIN", "END", "START", "STOP")
REGIONS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
EXACT = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)(?![A-Z])")
WORD = re.compile(r"[^\W\d_]+")
ALONE = re.compile(r"^\s*###+\s*(SOLUTIONS?|HIDDEN TESTS?|MARK SCHEME)\b")
CLOSE = 0.75


def known(line: str) -> tuple[str, str] | None:
    """Return (BEGIN or END, what of) of a marker that nbgrader recognises; None for any other line."""
    match = EXACT.search(line)
    return (match[1], match[2]) if match else None


@lru_cache(maxsize=8192)  # of a notebook's lines most come again, in the source and in the student's
def looks_like_one(line: str) -> bool:
    """Ask whether a line is a marker, spelt rightly or not.

    `### BEGIN HIDDEN TEST`, `#begin_solution`, `### BEGN SOLUTION` are.
    """
    if known(line) or ALONE.match(line):
        return True
    words = [word.upper() for word in WORD.findall(line.replace("_", " "))]
    if not 1 <= len(words) <= 4:
        return False
    joined = "".join(words)
    if not 8 <= len(joined) <= 18:  # END SOLUTION, START HIDDEN TESTS, with slips of the pen
        return False
    if any(_close(joined, f"{edge}{region}".replace(" ", ""), 0.85) for edge in EDGES for region in REGIONS):
        return True
    first, rest = words[0], " ".join(words[1:])
    return any(_close(first, edge) for edge in EDGES) and any(_close(rest, each) for each in REGIONS)


def left(text: str) -> Iterator[str]:
    """Return the lines of a student's text that look like markers."""
    return (line.strip() for line in text.splitlines() if looks_like_one(line))


def mistakes(text: str) -> Iterator[str]:
    """Say what is wrong with the markers of a source cell: misspelt, unknown to nbgrader, or without their other half."""
    open_region: str | None = None
    for line in text.splitlines():
        marker = known(line)
        if marker is None:
            if looks_like_one(line):
                yield f"{line.strip()!r} is no marker that nbgrader knows"
            continue
        edge, region = marker
        if edge == "BEGIN" and open_region is not None:
            yield f"BEGIN {region} inside of a region {open_region}"
        elif edge == "END" and open_region != region:
            yield f"END {region} without its BEGIN"
        open_region = region if edge == "BEGIN" else None
    if open_region is not None:
        yield f"BEGIN {open_region} without its END"


def _close(one: str, other: str, ratio: float = CLOSE) -> bool:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ratio and matcher.quick_ratio() >= ratio and matcher.ratio() >= ratio
