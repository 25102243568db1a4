"""Notebooks are read as text, with bounds; what cannot be read says why, where, and what to do."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import NotebookError, UnreadableError
from autograder.model import Cell
from autograder.submission import notebook

AGAIN = "Open it in Jupyter, save it as .ipynb, and submit it again."


def cell(kind: str = "code", source: Any = "x = 1", **metadata: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": metadata}


def raw(*cells: Any, **changes: Any) -> bytes:
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **changes}
    return json.dumps(document).encode()


def failure(data: bytes) -> NotebookError:
    with pytest.raises(NotebookError) as caught:
        notebook.parse(data, "ada.ipynb")
    return caught.value


# --- what is read


def test_cells_keep_their_place_kind_text_and_marks() -> None:
    marks = {
        "grade_id": "double_checks",
        "points": 3,
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
    }
    parsed = notebook.parse(
        raw(cell("markdown", "# Hi"), cell(tags=["parameters"], nbgrader=marks)), "ada.ipynb"
    )
    assert parsed.path == "ada.ipynb"
    assert parsed.cells == (
        Cell(0, "markdown", "# Hi"),
        Cell(1, "code", "x = 1", ("parameters",), "double_checks", 3.0, grade=True, locked=True),
    )
    assert parsed.code == parsed.cells[1:]
    assert parsed.graded("double_checks") is parsed.cells[1]
    assert parsed.graded("triple_checks") is None


def test_a_source_may_be_a_list_of_lines() -> None:
    assert (
        notebook.parse(raw(cell(source=["x = 1\n", "y = 2"])), "ada.ipynb").cells[0].source == "x = 1\ny = 2"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_another_system_are_line_ends(end: str) -> None:
    lines = ["def f(x):", "    return x"]
    for source in (end.join(lines), [f"{lines[0]}{end}", lines[1]]):
        assert notebook.parse(raw(cell(source=source)), "n").cells[0].source == "def f(x):\n    return x"


@pytest.mark.parametrize(
    ("metadata", "kernel"),
    [({"kernelspec": {"name": "ir"}}, "ir"), ({}, "python3"), ({"kernelspec": 3}, "python3"), (3, "python3")],
)
def test_the_kernel(metadata: Any, kernel: str) -> None:
    assert notebook.parse(raw(cell(), metadata=metadata), "ada.ipynb").kernel == kernel


def test_every_notebook_of_the_course_is_read(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "assignments" / "fewshot" / "fewshot.ipynb"
    parsed, official = notebook.read(path), nbformat.read(path, as_version=4)
    assert [each.source for each in parsed.cells] == [each.source for each in official.cells]
    assert [each.kind for each in parsed.cells] == [each.cell_type for each in official.cells]


def test_a_notebook_of_format_3_is_converted() -> None:
    code = {"cell_type": "code", "input": "x = 1", "language": "python", "outputs": [], "metadata": {}}
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": [code], "metadata": {}}],
    }
    assert [each.source for each in notebook.parse(json.dumps(old).encode(), "ada.ipynb").cells] == ["x = 1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_json_has(encoding: str) -> None:
    text = json.dumps({"nbformat": 4, "cells": [cell(source="s = 'Ångström'")]}, ensure_ascii=False)
    assert notebook.parse(text.encode(encoding), "ada.ipynb").cells[0].source == "s = 'Ångström'"


@pytest.mark.parametrize(
    "odd",
    [
        {"metadata": None},
        {"metadata": {"nbgrader": [1]}},
        {"metadata": {"nbgrader": {"grade_id": 3, "points": "many", "grade": "yes", "locked": 1}}},
        {"metadata": {"tags": "parameters"}},
        {"source": None},
        {"source": {"a": 1}},
    ],
)
def test_odd_marks_are_no_marks(odd: dict[str, Any]) -> None:
    parsed = notebook.parse(raw({**cell(), **odd}, cell()), "ada.ipynb").cells[0]
    assert (parsed.tags, parsed.grade_id, parsed.points) == ((), None, None)
    assert not (parsed.grade)
    assert not (parsed.solution)
    assert not (parsed.locked)
    assert not (parsed.task)


@pytest.mark.parametrize("points", [True, "3", None, [3]])
def test_points_are_numbers(points: Any) -> None:
    assert notebook.parse(raw(cell(nbgrader={"points": points})), "ada.ipynb").cells[0].points is None


# --- what is not


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is not JSON (Expecting value: line 1 column 1 (char 0))."),
        (b"print('hi')", "it is not JSON (Expecting value: line 1 column 1 (char 0))."),
        (b"\xff\xfe\xfa", "it is not UTF-8 text."),
        (b"[" * 100_000, "its JSON is nested too deeply."),
        (b"[1, 2]", "it is JSON, but no notebook."),
        (b"{}", "it is JSON, but no notebook."),
        (b"null", "it is JSON, but no notebook."),
        (raw(cell(), nbformat=99), "its format, 99, cannot be converted (KeyError)."),
        (raw(cell(), nbformat="4"), "its format, '4', cannot be converted (TypeError)."),
        (raw(cell(), nbformat=None), "its format, None, cannot be converted (TypeError)."),
        (raw(cells={"0": cell()}), "it has no list of cells."),
        (b'{"nbformat": 4}', "it has no list of cells."),
        (raw(*[cell()] * 2001), "it has 2001 code cells, more than 2000."),
    ],
)
def test_a_file_that_is_no_notebook_says_why(data: bytes, why: str) -> None:
    error = failure(data)
    assert error.what == f"The file is no notebook that can be read: {why}"
    assert (error.remedy, error.file, error.cell, error.blame) == (AGAIN, "ada.ipynb", None, "student")


@pytest.mark.parametrize("cells", [(), (cell(source=""),), (cell(source=" \n"), cell(source=[])), (None, 3)])
def test_an_empty_notebook_says_so(cells: tuple[Any, ...]) -> None:
    error = failure(raw(*cells))
    assert error.what == "The notebook is empty."
    assert error.remedy == "Submit the notebook that you worked in, saved after the last edit."


@pytest.mark.parametrize(
    "odd", [cell(kind="cpp"), {"source": "x"}, "x = 1", None, 3, {**cell(), "cell_type": ["code"]}]
)
def test_an_odd_cell_is_named_and_the_others_are_read(odd: Any) -> None:
    found = notebook.parse(raw(cell(), odd, cell(source="y = 2")), "ada.ipynb")
    assert [(each.index, each.kind) for each in found.cells] == [(0, "code"), (1, "raw"), (2, "code")]
    assert found.notes == ("Of no type that Jupyter knows, and read as plain text: cell 1.",)


def test_a_cell_with_a_megabyte_is_named() -> None:
    error = failure(raw(cell(), cell(source="x" * (notebook.SOURCE_CAP + 1))))
    assert (error.what, error.remedy, error.cell) == (
        "The cell has 1048577 characters.",
        "Keep data out of code cells: put it into a file beside the notebook.",
        1,
    )


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "ada.ipynb"
    with path.open("wb") as file:
        file.truncate(300 << 20)  # of holes
    with pytest.raises(NotebookError) as caught:
        notebook.read(path)
    assert caught.value.what == "The file has 300 MiB, more than 256."
    assert "Clear All Outputs" in caught.value.remedy


def test_a_file_that_the_machine_does_not_give_is_no_fault_of_the_student(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        notebook.read(tmp_path / "gone.ipynb")
    assert str(caught.value) == (
        "gone.ipynb: The file cannot be read (No such file or directory). See that it is there and may be read, and "
        "try again."
    )
    assert caught.value.blame == "grader"


def test_a_folder_is_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    with pytest.raises(NotebookError, match="a folder in place of the file"):
        notebook.read(tmp_path / "folder.ipynb")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=True)
    | st.sampled_from(["code", "x = 1", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cell_type", "source", "metadata", "nbgrader", "tags", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(
    st.fixed_dictionaries(
        {"nbformat": st.just(4) | JSON, "cells": JSON | st.lists(JSON, max_size=3), "metadata": JSON}
    )
)
def test_whatever_json_says_is_a_notebook_or_a_notebook_error(document: dict[str, Any]) -> None:
    try:
        parsed = notebook.parse(json.dumps(document).encode(), "ada.ipynb")
    except NotebookError as error:
        assert error.file == "ada.ipynb"
    else:
        assert all(isinstance(each, Cell) for each in parsed.cells)


def test_reading_executes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ada.ipynb"
    path.write_bytes(raw(cell(source=f"import os; os.mkdir({str(tmp_path / 'made')!r})")))
    notebook.read(path)
    assert os.listdir(tmp_path) == ["ada.ipynb"]


# --- large and odd answers keep no code from being judged

PHOTO = base64.b64encode(bytes(range(256)) * 32_000).decode()  # 11 MiB of base64


@pytest.mark.parametrize(
    "answers",
    [
        [cell("markdown", "| a, b | [c] | {d} |\n" * 1_000_000)],
        [cell("markdown", [f"| {n}, [x] |\n" for n in range(400_000)])],
        [cell("raw", "x" * 20_000_000)],
        [cell("markdown", "short")] * 5_000,
        [{**cell("markdown", "![](attachment:a.jpg)"), "attachments": {"a.jpg": {"image/jpeg": PHOTO}}}] * 6,
        [cell("markdown", f"My sketch:\n![](data:image/png;base64,{PHOTO})\n and on")] * 6,
        [{**cell(), "outputs": [{"output_type": "display_data", "data": {"image/png": PHOTO}}]}] * 6,
    ],
    ids=["table", "table-in-lines", "long-text", "many", "attachments", "inline", "outputs"],
)
def test_what_an_answer_holds_keeps_no_code_from_being_read(answers: list[Any]) -> None:
    found = notebook.parse(raw(cell(source="first = 1"), *answers, cell(source="last = 2")), "ada.ipynb")
    assert len(found.cells) == len(answers) + 2
    assert (found.cells[0].source, found.cells[-1].source) == ("first = 1", "last = 2")


def test_pictures_that_are_left_out_are_told_and_the_text_around_them_stays() -> None:
    pictures = [cell("markdown", f"before ![](data:image/png;base64,{PHOTO}) and after")] * 6
    found = notebook.parse(raw(*pictures), "ada.ipynb")
    assert found.notes == (notebook.LEFT_OUT_NOTE,)
    assert found.cells[0].source == f"before ![](data:image/png;base64,{notebook.LEFT_OUT}) and after"
    small = notebook.parse(raw(*pictures[:1]), "ada.ipynb")
    assert (small.notes, small.cells[0].source) == ((), pictures[0]["source"])


def test_code_that_holds_a_picture_in_a_huge_file_is_named_and_not_run_without_it() -> None:
    error = failure(raw(cell(source=f"data = '{PHOTO[:20_000]}'"), *[cell("markdown", PHOTO)] * 4))
    assert error.cell == 0
    assert "holds the bytes of a picture" in error.what
    assert notebook.parse(raw(cell(source=f"data = '{PHOTO[:20_000]}'")), "ada.ipynb").notes == ()


@pytest.mark.parametrize(
    "run", ["A" * 8191 + " ", "A" * 9000 + "\\\\", '\\"', "\\\\\\n", '"', "[", "\\"], ids=repr
)
def test_no_file_makes_the_reader_slow_or_large(run: str) -> None:
    """Each is read or refused; were any of it quadratic, this would take hours."""
    data = b'{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "' + run.encode() * (
        34_000_000 // len(run)
    )
    for end in (b'"}]}', b""):
        with contextlib.suppress(NotebookError):
            notebook.parse(data + end, "ada.ipynb")


@given(st.text(st.sampled_from('AB/\\\\"n \\n'), min_size=0, max_size=40), st.integers(8180, 8210))
def test_what_is_left_out_never_changes_the_shape_of_a_file(around: str, size: int) -> None:
    data = json.dumps({"a": around + "A" * size + around, "b": [around]}).encode()
    left = json.loads(notebook._PICTURE.sub(notebook._left_out, data))
    assert left["b"] == [around]
    assert set(left) == {"a", "b"}
