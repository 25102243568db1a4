"""Files beside a notebook: those that its code names are told, and nothing is told of the others."""

from __future__ import annotations

from pathlib import Path

from autograder.model import Notebook
from autograder.student.neighbours import inspect
from autograder.submission import notebook
from tests.cli.conftest import notebook as write


def told(folder: Path, code: str) -> list[str]:
    document: Notebook = notebook.read(write(folder / "tiny.ipynb", code))
    return [each.what for each in inspect(folder / "tiny.ipynb", document, "tiny.safetensors")]


def test_what_goes_along_is_to_be_submitted_too(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("x = 1")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "points.csv").write_text("1,2")
    (found,) = told(tmp_path, "from mine import x\nopen('data/points.csv')")
    assert "lies beside it: data/points.csv, mine.py." in found


def test_what_will_not_be_there_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "huge.bin").write_bytes(bytes(5 << 20))
    (tmp_path / "random.py").write_text("x = 1")
    found = told(tmp_path, "open('huge.bin')\nimport random")
    assert "huge.bin, which will not be there in grading (it has more than 4 MiB)" in found[0]
    assert "random.py, which will not be there in grading (it would hide the module random" in found[1]


def test_nothing_is_told_of_files_that_no_cell_names(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("")
    (tmp_path / "huge.bin").write_bytes(bytes(5 << 20))
    (tmp_path / "mine.py").write_text("")
    (tmp_path / "tiny.safetensors").write_bytes(b"")
    code = "determine = 'mine'\nsummary.txt = 1\nsave('tiny.safetensors')  # my_diary.txt"
    assert told(tmp_path, code) == []
