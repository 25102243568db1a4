"""Programs that a grader is judged by: read from small files, put in the place of a notebook's own solutions."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import corpus
from autograder.course.corpus import Program
from autograder.errors import CourseError
from autograder.submission import notebook

ROOT = Path(__file__).parents[2]
TEXT = '''"""Doubles three times.

caught by: double/doubles
"""


# %% double
def double(x):
    return 6 * x


# %%  triple
# %%% no cell
def triple(x):
    return 3 * x
'''


def write(folder: Path, text: str, name: str = "double_thrice.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A notebook with the solutions of two exercises, a locked cell and a text."""
    marks = {"schema_version": 3, "grade": False, "locked": False, "solution": False, "task": False}
    cells = [new_markdown_cell("# Tiny"), *(new_code_cell("pass") for _ in range(3))]
    for cell, name in zip(cells[1:], ("imports", "double", "triple"), strict=True):
        cell.metadata["nbgrader"] = {**marks, "grade_id": name, "solution": name != "imports"}
    path = tmp_path / "tiny.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_a_program_says_what_it_does_and_by_what_it_is_caught(tmp_path: Path) -> None:
    assert corpus.read(write(tmp_path, TEXT)) == Program(
        "double_thrice",
        "Doubles three times.\n\ncaught by: double/doubles",
        {
            "double": "def double(x):\n    return 6 * x\n",
            "triple": "# %%% no cell\ndef triple(x):\n    return 3 * x\n",
        },
        "double/doubles",
    )


def test_a_right_program_is_caught_by_nothing(tmp_path: Path) -> None:
    assert corpus.read(write(tmp_path, '"""Adds."""\n# %% double\nx = 1\n')).caught_by is None


def test_all_programs_of_a_folder_in_order(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "notes.txt"):
        write(tmp_path, TEXT, name)
    assert [each.name for each in corpus.read_all(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize(
    "text", ["", '"""Says, and does nothing."""\n', "# %% double\nx = 1\n", '"""A"""\n#%% double\nx = 1\n']
)
def test_a_program_needs_a_docstring_and_a_cell(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(CourseError) as caught:
        corpus.read(path)
    assert str(caught.value) == (
        f"{path}: A program needs a docstring and at least one cell. See autograder/course/corpus.py."
    )


def test_a_program_whose_head_is_no_python_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "Doubles.\n# %% double\nx = 1\n")
    with pytest.raises(CourseError) as caught:
        corpus.read(path)
    assert caught.value.file == str(path)


def test_a_program_takes_the_place_of_the_solutions(source: Path) -> None:
    made = corpus.as_notebook(notebook.read(source), {"double": "mine = 1\n"})
    assert [each.source for each in made.cells] == ["# Tiny", "pass", "mine = 1\n", "pass"]
    assert made.cells[2].solution
    assert made.path == "tiny.ipynb"


def test_a_submission_is_the_same_as_a_document(source: Path) -> None:
    document = nbformat.from_dict(corpus.as_submission(source, {"double": "mine = 1\n"}))
    nbformat.validate(document)
    made = notebook.parse(nbformat.writes(document).encode(), "tiny.ipynb")
    assert made == corpus.as_notebook(notebook.read(source), {"double": "mine = 1\n"})
    assert notebook.read(source).cells[2].source == "pass"  # the source stays


@pytest.mark.parametrize("unknown", ["doubel", "imports"])
def test_an_exercise_that_is_not_there_is_named(source: Path, unknown: str) -> None:
    expected = f"There is no solution cell called {unknown}. Name the cell after its exercise."
    with pytest.raises(CourseError) as caught:
        corpus.as_notebook(notebook.read(source), {unknown: "", "double": ""})
    assert str(caught.value) == expected
    with pytest.raises(CourseError) as caught:
        corpus.as_submission(source, {unknown: "", "double": ""})
    assert str(caught.value) == expected


def test_the_sentence_of_a_mistake_is_its_own_line_or_begins_with_a_verb() -> None:
    def sentence(says: str) -> tuple[str, bool]:
        return Program("double_thrice", says, {}).sentence

    assert sentence("Doubles three times.\n\ncaught by: double/doubles") == ("doubles three times", False)
    assert sentence("Three times.\n\ncaught by: a/b\nnamed: doubles three times") == (
        "doubles three times",
        True,
    )
    assert sentence("Three times.\n\ncaught by: a/b") == ("", False)
    assert sentence("Doubles three times.\n\ncaught by: a/b\nnamed: nothing") == ("", True)


@pytest.mark.parametrize("path", sorted(ROOT.glob("corpus/*/mistakes/*.py")), ids=lambda path: path.stem)
def test_sentences_of_our_own_mistakes_follow_a_program_that(path: Path) -> None:
    says, own = corpus.read(path).sentence
    first = says.split(" ")[0]
    nouns = {"classes", "distances", "labels", "losses", "powers", "prototypes", "queries", "rows"}
    assert first not in nouns, f"give {path.name} a line `named:`"
    assert own or not first or (first[0].islower() and first.endswith("s"))
