"""The leak scan: does anything leave with a release that only staff may see?

texts     files -> texts: notebooks, wheels, archives, images taken apart; packed texts unpacked
trees     code -> normalised statements
secrets   what must not leave: solutions, staff's checks, reference/, written answers
markers   BEGIN SOLUTION and its kin, misspelt too
fingerprints  the file of known mistakes: opened mark by mark
points    grade ids and checks that do not answer to each other
scan      findings: file, cell, what, remedy
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.laws.registry import Check
from autograder.release.leaks import markers
from autograder.release.leaks.fingerprints import Fingerprints
from autograder.release.leaks.points import unanswered
from autograder.release.leaks.scan import MARKER, Finding, scan
from autograder.release.leaks.secrets import Secrets, collect

__all__ = ["Finding", "Fingerprints", "Secrets", "collect", "markers_of_source", "scan", "unanswered"]


def markers_of_source(name: str, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding for each marker of the source notebook that nbgrader would not understand as it is meant."""
    for index, cell in enumerate(document["cells"]):
        for wrong in markers.mistakes("".join(cell["source"])):
            yield Finding(
                name,
                index,
                f"{wrong}.",
                "Markers come in pairs, and are spelt ### BEGIN SOLUTION, ### BEGIN HIDDEN TESTS or "
                "### BEGIN MARK SCHEME, with their END.",
            )


def everything(
    source_name: str,
    source: Mapping[str, Any],
    released_name: str,
    released: Mapping[str, Any],
    files: Mapping[str, bytes],
    checks: Sequence[Check],
    secrets: Secrets,
) -> list[Finding]:
    """Return all findings of a release, those of the source first.

    source_name, source       file name of the source notebook, and the notebook as JSON
    released_name, released   the same of the student's notebook
    files                     name -> bytes, all files of the release
    checks                    the assignment's, public and hidden
    secrets                   what must not be in the files

    A marker that is told of the source is not told again of the released cell.
    """
    markers_told = list(markers_of_source(source_name, source))
    cells = {(each.file, each.cell) for each in markers_told}
    found = [
        each
        for each in scan(files, secrets)
        if not (each.what.startswith(MARKER) and (each.file, each.cell) in cells)
    ]
    return [*markers_told, *unanswered(released_name, released, checks), *found]
