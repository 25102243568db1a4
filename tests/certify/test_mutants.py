"""Mutants: one slip each, by named operators, called by what changed and by nothing else."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from autograder.certify import mutants
from autograder.certify.mutants import Mutant
from autograder.model import Cell
from tests.checks.corpora import of

SOURCE = '''
def f(points, labels, generator):
    """Does something with -1 and x.sum(dim=1)."""
    centred = points - points.mean(dim=0, keepdim=True)
    if len(labels) >= 3:
        raise ValueError("too many: -1")
    order = torch.randperm(len(points), generator=generator)[:2]
    distances = centred.square().sum(dim=1)
    total = 0
    for i in range(3):
        total += 0.5
    a, b = points.to(device), labels.to(points.dtype)
    return F.softmax(-distances, dim=1), torch.cat([a, b])
'''


def of_source(source: str) -> tuple[Mutant, ...]:
    return mutants.of_cell(Cell(0, "code", source, grade_id="f", solution=True))


@pytest.fixture(scope="module")
def made() -> tuple[Mutant, ...]:
    return of_source(SOURCE)


@pytest.mark.parametrize(
    ("operator", "becomes"),
    [
        ("axis", "distances = centred.square().sum(dim=0)"),
        ("axis", "distances = centred.square().sum()"),
        ("axis", "return (F.softmax(-distances, dim=0), torch.cat([a, b]))"),
        ("reduction", "distances = centred.square().mean(dim=1)"),
        ("keepdim", "centred = points - points.mean(dim=0)"),
        ("keepdim", "distances = centred.square().sum(dim=1, keepdim=True)"),
        ("sign", "return (F.softmax(distances, dim=1), torch.cat([a, b]))"),
        ("sign", "centred = points + points.mean(dim=0, keepdim=True)"),
        ("distance", "distances = centred.abs().sum(dim=1)"),
        ("distance", "distances = centred.square().sum(dim=1).sqrt()"),
        ("detach", "centred = points - points.mean(dim=0, keepdim=True).detach()"),
        ("detach", "with torch.no_grad():\n..."),
        ("dtype", "a, b = (points.to(device), labels.float())"),
        ("device", "a, b = (points.to('cpu'), labels.to(points.dtype))"),
        ("off by one", "order = torch.randperm(len(points), generator=generator)[:2 + 1]"),
        ("off by one", "for i in range(3 - 1):"),
        ("comparison", "if len(labels) > 3:"),
        ("constant", "total += 1.0"),
        ("order", "return (F.softmax(-distances, dim=1), torch.cat([b, a]))"),
        ("in-place", "centred = points.sub_(points.mean(dim=0, keepdim=True))"),
        ("in-place", "points -= points.min()"),
        ("dropped statement", "pass"),
        ("repeated statement", "total += 0.5"),
        ("dropped call", "distances = centred.sum(dim=1)"),
        ("function", "return (F.softmax(-distances, dim=1), torch.stack([a, b]))"),
        ("randomness", "order = torch.randperm(len(points))[:2]"),
        ("index", "order = torch.randperm(len(points), generator=generator)"),
        ("wrong name", "a, b = (labels.to(device), labels.to(points.dtype))"),
        ("condition", "if True:"),
        ("loop", "break"),
        ("error", "raise RuntimeError('too many: -1')"),
    ],
)
def test_an_operator_makes_its_slip(made: tuple[Mutant, ...], operator: str, becomes: str) -> None:
    assert any(
        mutant.operator == operator
        and (mutant.becomes == becomes or mutant.becomes.startswith(becomes.rstrip(".")))
        for mutant in made
    )


def test_docstrings_and_messages_are_left_alone(made: tuple[Mutant, ...]) -> None:
    for mutant in made:
        (function,) = ast.parse(mutant.source).body
        assert isinstance(function, ast.FunctionDef)
        assert ast.get_docstring(function) == "Does something with -1 and x.sum(dim=1)."
    assert not any("too many: 1" in mutant.source for mutant in made)


def test_no_two_are_the_same_program_or_have_the_same_name(made: tuple[Mutant, ...]) -> None:
    assert max(Counter(mutant.source for mutant in made).values()) == 1
    assert max(Counter(mutant.name for mutant in made).values()) == 1
    assert ast.unparse(ast.parse(SOURCE)) not in {mutant.source for mutant in made}


def test_names_depend_on_the_changed_place_alone(made: tuple[Mutant, ...]) -> None:
    """Layout, comments, and changes elsewhere move no name: the proofs of a course stay valid."""
    other = SOURCE.replace("    total = 0\n", "    # a comment\n    total  =  0\n    more = [ 1 ]\n").replace(
        "Does something", "Does another thing"
    )
    names = {mutant.name for mutant in of_source(other)}
    kept = [mutant for mutant in made if mutant.place.startswith("distances")]
    assert len(kept) > 8
    assert [mutant.name for mutant in kept if "now " not in mutant.name and mutant.name not in names] == []


def test_equal_slips_at_equal_lines_are_counted() -> None:
    twice = of_source("def f(x):\n    x = x.sum(dim=1)\n    y = 0\n    x = x.sum(dim=1)\n    return x, y\n")
    axis = [mutant.name for mutant in twice if mutant.operator == "axis" and "dim=0" in mutant.becomes]
    assert len(axis) == 2
    assert axis[1] == axis[0] + " (number 2)"


def test_the_source_notebook_of_fewshot_has_more_than_three_hundred() -> None:
    made = mutants.of_notebook(of("fewshot").source.notebook)
    assert len(made) >= 300
    assert {mutant.exercise for mutant in made} == set(of("fewshot").exercises)
    assert len({mutant.name for mutant in made}) == len(made)
