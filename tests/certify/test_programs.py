"""What a course puts to its grader, and how a proof finds its mutants."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from autograder.certify import programs
from autograder.certify.mutants import Mutant
from autograder.certify.programs import Proof, as_entry, of_course, read_proofs
from autograder.errors import CourseError
from tests.checks.corpora import ASSIGNMENTS, ROOT

MUTANT = Mutant("train", "train", "dropped call", "net.to('cpu').train()", "a = 'b'\nc = d", 1, "")


def test_a_survivor_is_told_as_an_entry_that_waits_for_its_proof(tmp_path: Path) -> None:
    (entry,) = tomllib.loads(as_entry(MUTANT))["equivalent"]
    assert entry.pop("proof") == ""
    assert entry == {name: getattr(MUTANT, name) for name in ("function", "operator", "place", "becomes")}
    path = tmp_path / "equivalent.toml"
    path.write_text(as_entry(MUTANT).replace("proof = ''", "proof = 'Because.'"))
    (proof,) = read_proofs(path)
    assert proof.covers(MUTANT)


def test_a_proof_without_becomes_covers_the_place() -> None:
    proof = Proof("train", "dropped call", MUTANT.place, None, "Because.")
    assert proof.covers(MUTANT)
    assert not Proof("train", "axis", MUTANT.place, None, "Because.").covers(MUTANT)
    assert not Proof("train", "dropped call", MUTANT.place, "pass", "Because.").covers(MUTANT)


@pytest.mark.parametrize(
    "text",
    [
        "[[equivalent]]\nfunction = 'f'",
        "[[equivalent]]\nfunction = 'f'\noperator = 'axis'\nplace = 'x'\nproof = ''",
        "[[equivalent]]\nfunction = 'f'\noperator = 'axis'\nplace = 'x'\nproof = 'p'\nwhy = 'w'",
        "equivalent = [1]",
        "not toml",
    ],
)
def test_an_entry_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "equivalent.toml"
    path.write_text(text)
    with pytest.raises(CourseError) as caught:
        read_proofs(path)
    line = ", line 1" if text == "not toml" else ""  # where TOML itself breaks
    assert caught.value.file == f"{path}{line}"


def test_no_file_means_no_proofs(tmp_path: Path) -> None:
    assert read_proofs(tmp_path / "equivalent.toml") == ()


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_subjects_of_an_assignment(name: str) -> None:
    found = of_course(ROOT, name)
    kinds = [each.kind for each in found.all]
    assert kinds == sorted(kinds, key=programs.KINDS.index)
    assert found.all[0].name == programs.SOURCE
    assert {exercise for exercise, _ in found.all[0].notebooks} == set(found.exercises)
    assert found.stale == ()
    assert [each.name for each in found.all if not all(book.cells for _, book in each.notebooks)] == []
    assert [each.name for each in found.all if each.kind == "mistakes" and each.named is None] == []


def test_an_exercise_that_no_code_solves_is_left_out() -> None:
    assert of_course(ROOT, "fewshot", ["solutions"]).left_out == ("trained_weights",)
