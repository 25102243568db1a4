"""Every method of the lecture has a page, made from its file, and nothing on it is missing."""

from __future__ import annotations

import doctest
import re

import pytest

from docs._generate import laws, methods
from docs._generate.docstrings import parts, to_markdown
from docs._generate.evidence import evidence
from docs._generate.exercises import points
from reference import METHODS
from tests.docs.pages import ROOT

SECTIONS = (
    "Formulas",
    "Symbols and shapes",
    "Example",
    "Departures from the paper",
    "Exercises",
    "What it learns",
    "The code",
)
PAGES = methods.pages()


def section(page: str, heading: str) -> str:
    return re.split(r"(?m)^## ", page)[1 + SECTIONS.index(heading)].partition("\n")[2].strip()


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]


def test_every_method_has_a_page() -> None:
    assert (
        sorted(PAGES)
        == sorted(method.file.removesuffix(".py") for method in METHODS)
        == sorted(methods.DECLARED)
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_all_its_sections_and_none_is_empty(name: str) -> None:
    assert tuple(re.findall(r"(?m)^## (.+)$", PAGES[name])) == SECTIONS
    assert [heading for heading in SECTIONS if not section(PAGES[name], heading)] == []
    assert "arXiv" in PAGES[name].partition("## ")[0] or re.search(
        r"\(\d{4}\)", PAGES[name].partition("## ")[0]
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_of_a_page_run_as_they_stand(name: str) -> None:
    blocks = re.findall(r"```pycon\n(.*?)\n```", section(PAGES[name], "Example"), re.DOTALL)
    for number, block in enumerate(blocks):
        test = doctest.DocTestParser().get_doctest(block + "\n", {}, f"{name}, example {number}", None, 0)
        assert test.examples
        assert doctest.DocTestRunner().run(test).failed == 0
    assert blocks


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_no_plain_text_any_more(name: str) -> None:
    formulas = section(PAGES[name], "Formulas").splitlines()
    text = [re.sub(r"<[^>]*>", "", re.sub(r"<code>.*?</code>", "", line)) for line in formulas]
    assert [line for line in text if re.search(r"[_^~]|\b(?:alpha|theta|lambda|sigma|sum)\b", line)] == []


def test_an_exercise_that_is_there_is_shown_with_its_points() -> None:
    shown = section(PAGES["prototypical"], "Exercises")
    assert (
        f"`class_prototypes` in `assignments/fewshot`, {points('fewshot')['class_prototypes']:g} points"
        in shown
    )


def test_every_exercise_of_an_assignment_about_methods_is_on_a_page() -> None:
    """What docs/methods.toml names of an assignment is all that the assignment asks."""
    named = {place for declared in methods.DECLARED.values() for place in declared["exercises"]}
    for assignment in {place.partition("/")[0] for place in named}:
        asked = {f"{assignment}/{name}" for name in points(assignment)}
        assert asked - named == set()


def test_evidence_is_taken_from_the_results_and_a_row_that_is_gone_is_told() -> None:
    shown = section(PAGES["prototypical"], "What it learns")
    row = re.search(r"\| prototypical \| both .*", (ROOT / "docs" / "results.md").read_text(encoding="utf-8"))
    assert row is not None
    assert cells(row[0]) in [cells(line.replace("\u00a0", " ")) for line in shown.split("\n")]
    with pytest.raises(LookupError, match="no row is about 'nobody'"):
        evidence({"fewshot": ["nobody"]})


def test_the_page_of_the_laws_has_every_name_that_the_door_hands_on() -> None:
    import autograder.laws as door

    page = laws.page(door)
    shown = set(re.findall(rf"(?m)^:+{{py:\w+}} {laws.DOOR}\.(\w+)", page)) | set(
        re.findall(r"`(\w+)` is another name", page)
    )
    assert set(door.__all__) - shown == set()
    assert not re.search(r"0x[0-9a-f]{6}|<function", page)  # where an object lay when the page was made


def test_a_docstring_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="symbol table"):
        parts("Only a sentence.")


@pytest.mark.parametrize(
    ("docstring", "markdown"),
    [
        ("Of [a](b) and *c* <d>.", r"Of \[a\](b) and \*c\* \<d\>."),
        ("`code_x` and **Bold.**", "`code_x` and **Bold.**"),
        (">>> 1 + 1\n2", "```pycon\n>>> 1 + 1\n2\n```"),
        (
            "name, other   what they are,\n              and more\nthird         x",
            "- `name`, `other`: what they are, and more\n- `third`: x",
        ),
        ("One two\nthree  four", "One two\nthree  four"),
        ("A sum of 3\n- 4 and so on", "A sum of 3\n\\- 4 and so on"),
        ("    import this", "```python\nimport this\n```"),
    ],
)
def test_docstrings_become_markdown(docstring: str, markdown: str) -> None:
    assert to_markdown(docstring) == markdown
