"""What a notebook says that it will be graded with, and whether this machine has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import autograder
from autograder.course.settings import Settings
from autograder.model import Cell, Limits, Notebook
from autograder.student import graded_with as conditions
from autograder.student.graded_with import Conditions, cell, differences, graded_with, stated
from autograder.submission import notebook

ROOT = Path(__file__).parents[2]
SOURCES = sorted(ROOT.glob("assignments/*/*.ipynb"))


def written(text: str) -> Notebook:
    return Notebook("n.ipynb", (Cell(0, "code", text),))


def test_the_cell_that_is_written_is_read_again() -> None:
    text = cell(Settings(), {"fewlabels": "0.1.0", "torch": "2.13.0"})
    found = stated(written(text))
    assert found is not None
    assert found.limits == {
        "cell_seconds": 10.0,
        "call_seconds": 2.0,
        "submission_seconds": 120.0,
        "memory_mib": 2048.0,
    }
    assert found.versions == {"fewlabels": "0.1.0", "torch": "2.13.0"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_source_notebook_states_the_defaults_and_the_pinned_versions(source: Path) -> None:
    found = stated(notebook.read(source))
    assert found is not None
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    versions = {name: pins.get(name, autograder.__version__) for name in ("fewlabels", "torch", "numpy")}
    assert found == stated(written(cell(Settings(), versions)))


def test_a_course_states_its_own_limits_in_the_same_place() -> None:
    before = (
        '# é \x0c above\nx = 1; graded_with(cell_seconds=10, torch="1.0", other="2.0")  # behind\nprint(x)\n'
    )
    own = Settings(limits=Limits(cell_seconds=2.5, memory_bytes=512 * 2**20))
    after = conditions.restated(before, own, {"torch": "2.13.0", "numpy": "2.4.6"})
    assert after.startswith("# é \x0c above\nx = 1; graded_with(\n    cell_seconds=2.5,\n")
    assert after.endswith('    torch="2.13.0",\n)  # behind\nprint(x)\n')
    assert stated(written(after)) == stated(written(cell(own, {"torch": "2.13.0"})))
    assert conditions.restated(after, own, {"torch": "2.13.0"}) == after


def test_text_that_states_nothing_stays_as_it_is() -> None:
    for text in ("", "graded_with(", "%%bash\ngraded_with(", "f(graded_with)"):
        assert conditions.restated(text, Settings(), {"torch": "2.13.0"}) == text


@pytest.mark.parametrize("text", ["", "graded_with(", "graded_with(**x)", "f(graded_with)", "x = 1"])
def test_what_no_cell_states_is_not_made_up(text: str) -> None:
    found = stated(written(text))
    assert found is None or found == Conditions()


def test_it_is_printed_and_in_grading_it_is_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FEWLABELS_JAIL", raising=False)
    graded_with(cell_seconds=10, memory_mib=2048, fewlabels=autograder.__version__)
    assert capsys.readouterr().out == (
        "Your notebook will be graded with\n"
        "  10 s for a cell, 2048 MiB of memory\n"
        f"  fewlabels {autograder.__version__}\n"
    )
    monkeypatch.setenv("FEWLABELS_JAIL", "1")
    autograder.graded_with(cell_seconds=10)
    graded_with(cell_seconds=10)
    assert capsys.readouterr().out == ""


def test_a_wheel_older_than_the_grader_s_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "__version__", "0.9.0")
    assert "older than the grader's 0.10.0" in differences(Conditions(versions={"fewlabels": "0.10.0"}))[0]
    assert "another than the grader's 0.8" in differences(Conditions(versions={"fewlabels": "0.8"}))[0]
    assert differences(Conditions(versions={"fewlabels": "0.9.0"})) == []


def test_other_versions_are_named() -> None:
    found = Conditions(versions={"numpy": "0.0.1", "no-such-package": "1"})
    lines = differences(found)
    assert re.fullmatch(r"numpy is [\d.]+ here\.", lines[0])
    assert lines[1] == "no-such-package is not installed here."
