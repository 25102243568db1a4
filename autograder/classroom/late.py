"""Whose time of handing in a person should look at: it is not known, counts as on time, and might cost points."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.classroom.timestamps import FILE, HandedIn, handed_in
from autograder.course import settings
from autograder.course.folders import SUBMITTED
from autograder.errors import FewlabelsError

COUNTS = "It counts as on time."


def unknown_times(course: Path, assignment: str) -> dict[str, str]:
    """Return student -> why nobody knows when they handed in, by student; nothing where the settings cannot be read.

    A missing timestamp.txt is told only where being late costs points and others have one.
    """
    try:
        decided = settings.read(course)
    except FewlabelsError:
        return {}
    # os.path.isdir: a closed folder is none; from Python 3.12 on Path.glob lists it, and Path.is_dir raises
    folders = [each for each in sorted((course / SUBMITTED).glob(f"*/{assignment}")) if os.path.isdir(each)]
    found = {each.parent.name: handed_in(each, decided.times) for each in folders}
    told = {student: f"{one.doubt}. {COUNTS}" for student, one in found.items() if one.doubt}
    if decided.late is not None and any(one.when is not None for one in found.values()):
        missing = (student for student, one in found.items() if one == HandedIn())
        told |= dict.fromkeys(missing, f"there is no {FILE}. {COUNTS}")
    return dict(sorted(told.items()))
