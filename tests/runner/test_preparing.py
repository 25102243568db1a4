"""A submission runs with the course's own cells and without training; what was odd about it is noted."""

from __future__ import annotations

from dataclasses import replace

from autograder.model import Cell, Notebook
from autograder.runner.preparing import INJECTED_TAG, SWITCHES, prepare
from tests.runner.made_up import cell

IMPORTS = cell(0, "import torch", "imports", locked=True)
PARAMETERS = cell(1, "skip_training = False", "switches", locked=True, tags=("parameters",))
SOLUTION = cell(2, "def double(x):\n    return 2 * x", "double", solution=True)
CHECKS = cell(3, 'check("double")', "double_checks", grade=True, locked=True, points=2.0)
TEXT = cell(4, "Read this.", "text", locked=True, kind="markdown")
SOURCE = Notebook("source.ipynb", (IMPORTS, PARAMETERS, SOLUTION, CHECKS, TEXT))


def changed(**sources: str) -> Notebook:
    """The source with other texts in the cells that are named by their grade ids."""
    cells = [replace(each, source=sources.get(str(each.grade_id), each.source)) for each in SOURCE.cells]
    return Notebook("submission.ipynb", tuple(cells))


def sources(notebook: Notebook) -> dict[str | None, str]:
    return {each.grade_id: each.source for each in notebook.cells}


def test_a_submission_as_it_should_be_is_run_as_it_is() -> None:
    prepared = prepare(changed(double="def double(x):\n    return x + x"), SOURCE)
    assert prepared.notes == ()
    assert prepared.path == "submission.ipynb"
    assert sources(prepared)["double"] == "def double(x):\n    return x + x"


def test_locked_cells_are_the_course_s() -> None:
    prepared = prepare(changed(imports="import os", double_checks="points = 1000"), SOURCE)
    assert sources(prepared)["imports"] == "import torch"
    assert sources(prepared)["double_checks"] == 'check("double")'
    assert prepared.notes == (
        "The locked cell imports was changed; the course's version ran.",
        "The locked cell double_checks was changed; the course's version ran.",
    )


def test_white_space_around_a_locked_cell_is_nobody_s_business() -> None:
    prepared = prepare(changed(imports="\nimport torch\n"), SOURCE)
    assert prepared.notes == ()
    assert sources(prepared)["imports"] == "import torch"


def test_locked_text_is_not_restored() -> None:
    assert sources(prepare(changed(text="Read that."), SOURCE))["text"] == "Read that."


def test_a_locked_cell_that_became_text_stays_text_and_does_not_run() -> None:
    submission = replace(
        changed(), cells=(replace(IMPORTS, kind="markdown", source="gone"), *SOURCE.cells[1:])
    )
    prepared = prepare(submission, SOURCE)
    assert sources(prepared)["imports"] == "gone"


def test_a_solution_that_is_locked_by_mistake_is_the_student_s() -> None:
    source = Notebook("source.ipynb", (replace(SOLUTION, locked=True),))
    assert sources(prepare(changed(double="mine = 1"), source))["double"] == "mine = 1"


def test_deleted_and_doubled_cells_are_noted() -> None:
    submission = Notebook("submission.ipynb", (IMPORTS, PARAMETERS, SOLUTION, SOLUTION, TEXT))
    assert prepare(submission, SOURCE).notes == (
        "Cell double is there twice; the last one counts.",
        "Cell double_checks was deleted.",
    )


def test_notes_of_the_file_come_first() -> None:
    submission = replace(changed(imports="import os"), notes=("The file was odd.",))
    assert prepare(submission, SOURCE).notes[0] == "The file was odd."


def test_the_student_s_own_cells_stay_where_they_are() -> None:
    own = cell(9, "scratch = 1")
    submission = replace(changed(), cells=(own, *SOURCE.cells, own))
    prepared = [each for each in prepare(submission, SOURCE).cells if INJECTED_TAG not in each.tags]
    assert prepared[0] is own
    assert prepared[-1] is own


def injected(notebook: Notebook) -> list[int]:
    return [i for i, each in enumerate(notebook.cells) if INJECTED_TAG in each.tags]


def test_training_is_switched_off_behind_the_parameters() -> None:
    prepared = prepare(changed(), SOURCE)
    (at,) = injected(prepared)
    assert prepared.cells[at - 1].grade_id == "switches"
    assert prepared.cells[at].source == SWITCHES
    assert prepared.cells[at].index == -1
    namespace: dict[str, object] = {}
    exec(SWITCHES, namespace)
    assert namespace["skip_training"] is True


def test_without_a_parameters_cell_training_is_switched_off_first() -> None:
    plain = tuple(each for each in SOURCE.cells if each is not PARAMETERS)
    assert injected(prepare(Notebook("s.ipynb", plain), Notebook("s.ipynb", plain))) == [0]


def test_where_the_tag_is_lost_behind_the_last_cell_that_sets_it() -> None:
    plain = tuple(replace(each, tags=()) for each in SOURCE.cells)
    assert injected(prepare(Notebook("s.ipynb", plain), SOURCE)) == [2]


def stripped(notebook: Notebook) -> Notebook:
    """As metadata-stripping tools leave it."""
    cells = (Cell(each.index, each.kind, each.source) for each in notebook.cells)
    return replace(notebook, cells=tuple(cells))


ANSWER = cell(5, "YOUR ANSWER HERE", "written", kind="markdown", solution=True, grade=True, points=2.0)


def test_what_is_there_without_its_metadata_is_not_told_as_gone() -> None:
    source = replace(SOURCE, cells=(*SOURCE.cells, ANSWER))
    worked = changed(double="def double(x):\n    return x + x")
    submission = replace(worked, cells=(*worked.cells, replace(ANSWER, source="It is so.")))
    prepared = prepare(stripped(submission), source)
    assert prepared.notes == (
        "The notebook has lost its metadata; 6 cells of the course were known by their texts.",
    )
    assert [each.grade_id for each in prepared.cells if INJECTED_TAG not in each.tags] == [
        each.grade_id for each in source.cells
    ]
    assert sources(prepared)["double"] == "def double(x):\n    return x + x"
    assert sources(prepared)["written"] == "It is so."


def test_what_is_not_there_is_still_told_as_gone() -> None:
    without = tuple(each for each in SOURCE.cells if each is not CHECKS)
    assert prepare(stripped(Notebook("s.ipynb", without)), SOURCE).notes == (
        "The notebook has lost its metadata; 4 cells of the course were known by their texts.",
        "Cell double_checks was deleted.",
    )


def test_one_cell_that_was_copied_is_known_again_and_nobody_takes_an_id_twice() -> None:
    copied = replace(
        changed(), cells=(*SOURCE.cells[:2], Cell(2, "code", SOLUTION.source), *SOURCE.cells[3:])
    )
    assert prepare(copied, SOURCE).notes == (
        "Cells without their grade ids were known by their texts: double.",
    )
    beside = replace(changed(), cells=(*SOURCE.cells, Cell(9, "code", SOLUTION.source)))
    assert prepare(beside, SOURCE).notes == ()


def test_behind_the_last_of_several_parameters_cells() -> None:
    again = Cell(7, "code", "skip_training = False", tags=("parameters",))
    prepared = prepare(replace(changed(), cells=(*SOURCE.cells, again)), SOURCE)
    assert injected(prepared) == [len(prepared.cells) - 1]


def test_text_with_the_tag_is_no_parameters_cell() -> None:
    text = Cell(7, "markdown", "skip", tags=("parameters",))
    prepared = prepare(replace(changed(), cells=(*SOURCE.cells, text)), SOURCE)
    assert prepared.cells[injected(prepared)[0] - 1].grade_id == "switches"
