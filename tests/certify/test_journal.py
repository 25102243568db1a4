"""A certificate goes on where it was stopped; what has changed is done anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.certify import fingerprint
from autograder.certify.journal import Journal
from autograder.certify.programs import Subject
from autograder.certify.runs import Look, Trial, planned
from autograder.model import Cell, Notebook

BOOK = Notebook("a.ipynb", (Cell(0, "code", "x = 1"),))
TRIAL = Trial("mistakes", "wrong", "f", 7, BOOK, True, None)
LOOK = Look({"a_law": ("falsified", 3)}, 5, 0.25)


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    with Journal(path) as journal:
        assert journal.get("k") is None
        journal.add("k", LOOK)
    with Journal(path) as journal:
        assert journal.get("k") == LOOK
    with Journal(path, fresh=True) as journal:
        assert journal.get("k") is None


def test_a_line_that_was_cut_off_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.add("one", LOOK)
        journal.add("two", LOOK)
    path.write_text(path.read_text()[:-20])
    with Journal(path) as journal:
        assert (journal.get("one"), journal.get("two")) == (LOOK, None)
        journal.add("two", LOOK)
    with Journal(path) as journal:
        assert journal.get("two") == LOOK


@pytest.mark.parametrize(
    "line", ["[]", "{}", '{"key": "k", "fell": 3, "checks": 1, "seconds": 1}', "nonsense", "\x00"]
)
def test_odd_lines_are_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(line + "\n")
    with Journal(path) as journal:
        assert journal.get("k") is None


def test_a_trial_is_named_by_what_decides_it() -> None:
    same = replace(TRIAL, name="called otherwise", kind="mutants")
    other_code = replace(BOOK, cells=(Cell(0, "code", "x = 2"),))
    others = [replace(TRIAL, seed=8), replace(TRIAL, every=False), replace(TRIAL, notebook=other_code)]
    assert same.key == TRIAL.key
    assert len({TRIAL.key, *(each.key for each in others)}) == 4


def test_which_trials_are_planned() -> None:
    def subject(kind: str) -> Subject:
        return Subject(kind, kind, "", (("f", BOOK), ("g", BOOK)), named="f/a_law")  # type: ignore[arg-type]

    trials = planned([subject(kind) for kind in ("solutions", "mistakes", "mutants")], ["f"], [1, 2])
    assert [(each.kind, each.seed, each.every, each.named) for each in trials] == [
        ("solutions", 1, True, None),
        ("solutions", 2, True, None),
        ("mistakes", 1, True, None),
        ("mistakes", 2, False, "a_law"),
        ("mutants", 1, False, "a_law"),
    ]
    assert all(each.every for each in planned([subject("mutants")], ["f"], [1], every=True))


def test_the_fingerprint_sees_the_checks_and_all_that_they_import(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    where, original = fingerprint._origin, fingerprint._file

    def watched(name: str) -> Path | None:
        read.append(name)
        return where(name)

    monkeypatch.setattr(fingerprint, "_origin", watched)
    first = fingerprint.fingerprint("matching", "cosine_similarities")
    assert {
        "autograder.checks.matching.similarities",
        "autograder.hidden.arrays",
        "autograder.laws.vocabulary",
        "autograder.laws.strategies.points",
        "autograder.fixtures.networks",
        "autograder.sandbox.worker.answer",
        "reference.matching",
    } <= set(read)
    assert "autograder.checks.matching.pairs" not in read
    assert "autograder.cli" not in read
    changed = {where("reference.matching"): ("another digest", ())}
    monkeypatch.setattr(fingerprint, "_file", lambda path: changed.get(path) or original(path))
    assert fingerprint.fingerprint("matching", "cosine_similarities") != first
