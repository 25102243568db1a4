"""One mistake costs one exercise, as `grade` and `explain` show it of the real assignment: page, result and terminal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.classroom import kept
from autograder.course import corpus
from tests.checks.corpora import ROOT

Run = Callable[..., Any]
MISTAKE = "similarities_dot_product"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """One student, whose cosine_similarities are dot products, and whose matching_loss is the course's."""
    source = tmp_path / "assignments" / "matching"
    shutil.copytree(ROOT / "assignments" / "matching", source)
    program = corpus.read(ROOT / "corpus" / "matching" / "mistakes" / f"{MISTAKE}.py")
    folder = tmp_path / "submitted" / "ada" / "matching"
    folder.mkdir(parents=True)
    document = corpus.as_submission(source / "matching.ipynb", program.cells)
    nbformat.write(nbformat.from_dict(document), folder / "matching.ipynb")  # type: ignore[no-untyped-call]
    return tmp_path


@pytest.mark.campaign
def test_the_exercise_behind_a_mistake_keeps_its_points_and_explain_shows_both(
    run: Run, course: Path
) -> None:
    done = run("grade", "matching", "--course", course)
    result = json.loads(kept.result(course, "ada", "matching").read_text())
    by_name = {each["name"]: each for each in result["exercises"]}
    assert by_name["cosine_similarities"]["points"] < 2.0
    assert by_name["matching_loss"]["points"] == 2.0
    assert by_name["matching_loss"]["judged_with"] == ["cosine_similarities"]
    held = [each for each in by_name["matching_loss"]["checks"] if each["judged_with"]]
    assert held, done.out
    pages = course / ".autograder" / "pages" / "matching"
    for page in ("student/ada.html", "staff/ada.html"):
        said = (pages / page).read_text()
        assert "judged with the course&#39;s cosine_similarities" in said
        assert "Mend exercise 3 first." in said
    assert "↪" in (pages / "index.html").read_text()

    done = run("explain", "matching", "ada", f"matching_loss/{held[0]['name']}", "--course", course)
    words = " ".join(done.out.replace("│", " ").split())
    assert "falsified" in words
    assert "Judged with the course's cosine_similarities: its one law holds." in words
    assert "Mend exercise 3 first." in words
