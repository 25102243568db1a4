"""A term's variant: chosen by one seed, the same everywhere, never in what is graded."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import assignment, variants
from autograder.errors import AssignmentError
from autograder.model import Cell, Notebook

ROOT = Path(__file__).parents[2]
CELLS = (
    Cell(0, "markdown", "The classes are called 2, 7 and 40."),
    Cell(1, "code", 'data = load("glyphs", seed=0)\nshow(classes=[2, 7, 40])', grade_id="data", locked=True),
    Cell(2, "code", "def f(): pass  # mean", grade_id="f", solution=True),
    Cell(3, "code", 'check("f")', grade_id="f_checks", grade=True, points=1.0),
)
NOTEBOOK = Notebook("tiny.ipynb", CELLS)
RECIPE = """\
files = ["map.png"]

[variants.data]
"seed=0" = "seed={1..999}"

[variants.toy]
"2, 7 and 40" = ["3, 8 and 21", "5, 9 and 33"]
"[2, 7, 40]" = ["[3, 8, 21]", "[5, 9, 33]"]
"""


def recipe(folder: Path, text: str = RECIPE) -> variants.Recipe:
    (folder / variants.FILE).write_text(text, encoding="utf-8")
    return variants.read(folder / "tiny.ipynb")


def test_texts_of_a_table_are_chosen_together(tmp_path: Path) -> None:
    read = recipe(tmp_path)
    seen = set()
    for seed in range(40):
        text, code, *_ = (cell.source for cell in variants.vary(NOTEBOOK, read, seed).cells)
        names = text.removeprefix("The classes are called ").removesuffix(".")
        assert f"classes=[{names.replace(' and ', ', ')}]" in code
        seen.add(names)
    assert seen == {"2, 7 and 40", "3, 8 and 21", "5, 9 and 33"}


def test_numbers_come_from_their_range(tmp_path: Path) -> None:
    read = recipe(tmp_path)
    numbers = {int(read.pick(seed)["seed=0"].removeprefix("seed=")) for seed in range(200)}
    assert 1 <= min(numbers) < 100
    assert 900 < max(numbers) <= 999
    assert len(numbers) > 100


def test_a_seed_means_the_same_on_every_machine(tmp_path: Path) -> None:
    assert recipe(tmp_path).pick(7) == {
        "seed=0": "seed=151",
        "2, 7 and 40": "5, 9 and 33",
        "[2, 7, 40]": "[5, 9, 33]",
    }


def test_without_a_seed_and_without_a_recipe_the_source_stands(tmp_path: Path) -> None:
    assert variants.vary(NOTEBOOK, recipe(tmp_path), None) == NOTEBOOK
    assert variants.vary(NOTEBOOK, variants.read(tmp_path / "elsewhere" / "a.ipynb"), 7) == NOTEBOOK


def test_what_was_put_in_is_not_replaced_again() -> None:
    assert variants.apply("a b", {"a": "b", "b": "a"}) == "b a"
    assert variants.apply("seed=1 seed=10", {"seed=1": "x", "seed=10": "y"}) == "x y"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("files = 3", "The key files"),
        ('files = ["../secret"]', "The key files"),
        ("file = []", "The key file "),
        ("[variants.a]\nb = 3", "The key variants.a"),
        ('[variants.a]\nb = "no range"', "The key variants.a"),
        ('[variants.a]\nb = "{9..3}"', "The key variants.a"),
        ("[variants.a]\nb = []", "The key variants.a"),
        ('[variants.a]\nb = ["c"]\nd = ["e", "f"]', "as many choices"),
        ('[variants.a]\nb = ["c"]\n[variants.d]\nb = ["e"]', "no text twice"),
        ("[variants", "not TOML"),
    ],
)
def test_a_wrong_recipe_names_the_key(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(AssignmentError, match=told) as caught:
        recipe(tmp_path, text)
    assert caught.value.file in (str(tmp_path / variants.FILE), f"{tmp_path / variants.FILE}, line 1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[variants.a]\n"seed=1" = ["seed=2"]', "nowhere in the notebook"),
        ('[variants.a]\n"mean" = ["median"]', "in the cell f, which is graded"),
        ('[variants.a]\n"check" = ["test"]', "in the cell f_checks, which is graded"),
    ],
)
def test_a_variant_keeps_out_of_what_is_graded(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(AssignmentError, match=told):
        variants.vary(NOTEBOOK, recipe(tmp_path, text), 1)


@pytest.mark.parametrize("path", sorted((ROOT / "assignments").glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_every_variant_of_our_assignments_has_the_same_exercises(path: Path) -> None:
    plain = assignment.load(path)
    for seed in (1, 7, 20261):
        varied = assignment.load(path, variant=seed)
        assert varied.exercises == plain.exercises
        for old, new in zip(plain.notebook.cells, varied.notebook.cells, strict=True):
            assert old.source == new.source or not (old.grade or old.solution)
    if (path.parent / variants.FILE).is_file() and variants.read(path).tables:
        assert varied.notebook != plain.notebook


def test_the_drawn_data_set_differs_between_terms() -> None:
    """In fewshot the data set's seed is the variant's, below those that trained weights are tried on."""
    path = ROOT / "assignments" / "fewshot" / "fewshot.ipynb"
    seeds = {variants.read(path).pick(seed)["drawers=10, seed=0)"] for seed in range(20)}
    numbers = {int(text.removeprefix("drawers=10, seed=").rstrip(")")) for text in seeds}
    assert len(numbers) == 20
    assert max(numbers) < 1_000_000
