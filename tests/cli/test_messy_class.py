"""A class of sixty in which every third submission is odd: all are graded or wait, and the class page says what to do for each.

The real command and the real sandbox, with the assignment that `autograder new` writes."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom import kept
from autograder.course import corpus
from autograder.release import skeleton

NAME = "small"
STUDENTS = 60
ANSWER, CHECK, IMPORTS = "centred", "centred_checks", "imports"
RIGHT = "def centred(points):\n    return points - points.mean(dim=0)"
STUB = "def centred(points):\n    raise NotImplementedError()"
IMPORT_ERROR = "from no_such_library import models"

Document = dict[str, Any]


@dataclass(frozen=True)
class Odd:
    """One kind of oddness: what happens to the document, and the folder; the points, None where a person is needed; what is told."""

    student: str
    document: Callable[[Document], Document | bytes | None]
    points: float | None = 2.0
    told: str = ""  # on the class page
    files: dict[str, bytes] = field(default_factory=dict)


def cell(document: Document, grade_id: str) -> dict[str, Any]:
    return next(
        each for each in document["cells"] if each["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": source,
        "id": "own",
    }


def answers(source: str) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        cell(document, ANSWER)["source"] = source
        return document

    return change


def adds(source: str, at: int | None = None) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        document["cells"].insert(len(document["cells"]) if at is None else at, code(source))
        return document

    return change


def imports(line: str, answer: str) -> Callable[[Document], Document]:
    def change(document: Document) -> Document:
        cell(document, IMPORTS)["source"] += "\n" + line
        cell(document, ANSWER)["source"] = answer
        return document

    return change


def of_another_assignment(document: Document) -> Document:
    for each in document["cells"]:
        marks = each["metadata"].get("nbgrader", {})
        if marks.get("grade_id", "").startswith(ANSWER):
            marks["grade_id"] = marks["grade_id"].replace(ANSWER, "episode_loss")
    return document


def windows_lines(document: Document) -> Document:
    for each in document["cells"]:
        each["source"] = "".join(each["source"]).replace("\n", "\r\n")
    return document


def stripped(document: Document) -> Document:
    for each in document["cells"]:
        each["metadata"] = {}
    return document


def with_a_picture(document: Document) -> Document:
    picture = base64.b64encode(os.urandom(9_000_000)).decode()
    note = {"cell_type": "markdown", "metadata": {}, "id": "photo", "source": "![](attachment:photo.png)"}
    document["cells"].append({**note, "attachments": {"photo.png": {"image/png": picture}}})
    return document


same: Callable[[Document], Document] = lambda document: document  # noqa: E731
ODD = (
    Odd("syntax", answers('print "centred"'), 0.0, "SyntaxError"),
    Odd("missing-library", adds(IMPORT_ERROR, 2)),
    Odd("redefines-behind", adds("centred = 3"), told="another meaning"),
    Odd("other-assignment", of_another_assignment, None, "episode_loss"),
    Odd("import-in-a-locked-cell", imports("import math", "def centred(points):\n    return points * math.pi"), 0.0, "taken back"),
    Odd("own-module", answers("from mine import centred"), files={"mine.py": RIGHT.encode()}),
    Odd("own-module-missing", answers("from mine import centred"), 0.0, "mine"),
    Odd("not-started", answers(STUB), 0.0),
    Odd("empty-time", same, told="time", files={"timestamp.txt": b""}),
    Odd("time-in-words", same, told="time", files={"timestamp.txt": b"Tuesday, in the evening"}),
    Odd("asks-for-cuda", answers("def centred(points):\n    points = points.to('cuda')\n    return points - points.mean(0)"), 0.0),
    Odd("windows-lines", windows_lines),
    Odd("metadata-stripped", stripped),
    Odd("endless-cell", adds("while True:\n    pass", 2)),
    Odd("endless-answer", answers("def centred(points):\n    while True:\n        pass"), 0.0),
    Odd("long-" + "x" * 250, same),
    Odd("\x1b[2Jname", same),
    Odd("no-notebook", lambda _: None, None, "no notebook"),
    Odd("cut-off", lambda document: json.dumps(document).encode()[:500], None, "JSON"),
    Odd("picture", with_a_picture),
)  # fmt: skip


def hand_in(course: Path) -> dict[str, float | None]:
    """Write the course and its class, and return everybody's points."""
    course.mkdir()
    skeleton.write(NAME, course, skeleton.files(NAME, course))
    source = course / "assignments" / NAME / f"{NAME}.ipynb"
    right = corpus.as_submission(source, {})
    points: dict[str, float | None] = {}
    for number in range(STUDENTS):
        odd = ODD[number // 3] if number % 3 == 2 else Odd(f"student{number:02}", same)
        document = odd.document(json.loads(json.dumps(right)))
        folder = course / "submitted" / odd.student / NAME
        folder.mkdir(parents=True)
        if document is not None:
            raw = document if isinstance(document, bytes) else json.dumps(document).encode()
            (folder / f"{NAME}.ipynb").write_bytes(raw)
        for name, data in odd.files.items():
            (folder / name).write_bytes(data)
        points[odd.student] = odd.points
    return points


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float | None], str]:
    course = tmp_path_factory.mktemp("messy") / "course"
    points = hand_in(course)
    command = [sys.executable, "-m", "autograder", "grade", NAME, "--course", str(course), "--jobs", "2"]
    done = subprocess.run(
        [*command, "--no-gradebook"], capture_output=True, text=True, errors="surrogateescape"
    )
    assert done.returncode in (0, 1), done.stderr
    return course, points, done.stdout + done.stderr


def test_every_submission_has_its_points_or_waits(graded: tuple[Path, dict[str, float | None], str]) -> None:
    course, points, told = graded
    assert "Traceback" not in told
    assert "\x1b[2J" not in told
    found = {name: json.loads(kept.result(course, name, NAME).read_text())["score"] for name in points}
    assert found == points


@pytest.mark.parametrize("odd", [each for each in ODD if each.told], ids=lambda odd: odd.student)
def test_the_class_page_says_what_to_do(graded: tuple[Path, dict[str, float | None], str], odd: Odd) -> None:
    """Who waits for a person: why, and the remedy. Who lost points to something else than the exercise: the cause."""
    page = (graded[0] / ".autograder" / "pages" / NAME / "index.html").read_text(encoding="utf-8")
    rows = [
        re.findall(r"<td[^>]*>(.*?)</td>", html.unescape(row), re.DOTALL)
        for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
        if odd.student in html.unescape(row)
    ]
    told = [cells for cells in rows if odd.told in cells[0]]
    assert told, rows
    assert re.sub("<[^>]*>", "", told[0][-1]).strip(), "and no remedy"
