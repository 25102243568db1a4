"""nbgrader's own feedback page about a hostile submission, opened in a browser. Needs Chromium.

That page carries no policy of ours and loads its scripts from where nbgrader says: what a student wrote has to be harmless by
itself.
"""

from __future__ import annotations

from collections.abc import Callable

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.model import CellResult
from tests.hostile.browsing import EVIL, PAYLOADS, Visit, outputs
from tests.nbgrader_bridge.tiny_course import TinyCourse, graded_as


def hostile(notebook: nbformat.NotebookNode) -> None:
    """The payloads as text, as mathematics, as code with outputs of its own, and as the answer of each exercise."""
    for payload in PAYLOADS:
        notebook.cells.append(new_markdown_cell(payload))
        notebook.cells.append(new_markdown_cell(f"$$ {payload} $$"))
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "\n".join(PAYLOADS)
    notebook.cells.append(
        new_code_cell("\n".join(PAYLOADS), outputs=[nbformat.from_dict(each) for each in outputs()])
    )
    notebook.metadata["title"] = PAYLOADS[0]


def test_feedback_on_a_hostile_submission_is_inert(
    course: TinyCourse,
    visit: Callable[[str], Visit],
) -> None:
    course.submit("ada", hostile)
    cells = tuple(CellResult(index, tuple(outputs())) for index in range(40))
    course.nbgrader_autograde(graded_as("ada", cells=cells))
    course.nbgrader_feedback()
    html = (course.root / "feedback" / "ada" / "tiny" / "tiny.html").read_text(encoding="utf-8")
    seen = visit(html)
    assert "alert(1)" in seen.text  # a person sees what was tried
    assert not seen.hit
    assert seen.dialogs == []
    theirs = [each for each in seen.requests if each.startswith(EVIL)]
    assert [each for each in theirs if each != f"{EVIL}/img"] == []  # a picture in an answer may be fetched
