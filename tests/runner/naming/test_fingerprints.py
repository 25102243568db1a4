"""Fingerprints of known mistakes: they open under a mistake's answers, wherever these are computed, and under no others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from autograder.laws.registry import Check
from autograder.model import Limits, Notebook
from autograder.runner.naming import KnownPrograms, Namer, aspects, fingerprints, making
from autograder.runner.naming.fingerprints import Prints, Unreadable
from autograder.runner.naming.making import Made
from autograder.runner.naming.programs import KnownProgram
from autograder.runner.plans import of_students
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.transport import Batch
from tests.runner.made_up import InThisProcess, cell, check, doubles, numbers

RIGHT = "def double(x):\n    return 2 * x"
SQUARES = "def double(x):\n    return x * x"
THRICE = "def double(x):\n    return 3 * x"
DRAWS = "import torch\ndef double(x):\n    return x * torch.rand(2, dtype=x.dtype)"
CHECKS = (check(doubles, examples=60, x=numbers(2)),)


def program(name: str, source: str, says: str = "", *, vouched: bool = False) -> KnownProgram:
    return KnownProgram(name, Notebook("made_up.ipynb", (cell(0, source),)), says, vouched)


MISTAKES = (program("squares", SQUARES, "squares"), program("thrice", THRICE, "triples"))
RIGHTS = (program("source", RIGHT), program("sum", "def double(x):\n    return x + x"))


def made(
    mistakes: Sequence[KnownProgram] = MISTAKES,
    right: Sequence[KnownProgram] = RIGHTS,
    checks: Sequence[Check] = CHECKS,
) -> dict[str, Made]:
    namer = Namer(KnownPrograms({"double": tuple(right)}, {"double": tuple(mistakes)}))
    namer.prepare(InThisProcess().session, Limits(), "here")
    return making.of_assignment(namer, checks, of_students())


@pytest.fixture(scope="module")
def prints() -> Prints:
    return made()["double"].prints


def said(prints: Prints, source: str) -> tuple[str, ...]:
    transport = InProcess()
    transport.run(Notebook("made_up.ipynb", (cell(0, source),)))
    return prints.says(aspects.cells(prints.calls, transport.answer(Batch(prints.calls))))


def test_a_program_written_otherwise_opens_the_mark_of_its_mistake(prints: Prints) -> None:
    assert said(prints, "def double(x):\n    return x ** 2") == (
        "This is what a program returns that squares.",
    )
    assert said(prints, "def double(y):\n    return y + 2 * y") == (
        "This is what a program returns that triples.",
    )


@pytest.mark.parametrize(
    "source",
    [
        RIGHT,
        "def double(x):\n    return x * 2.0000001",
        "def double(x):\n    return x ** 3",
        "def double(x):\n    return x * x + 1",
        "def double(x):\n    return x.tolist()",
        "def double(x):\n    raise ValueError",
        "def double(x):\n    return x * x if x[0] < 10 else 2 * x",
    ],
)
def test_what_is_right_or_wrong_in_another_way_opens_nothing(prints: Prints, source: str) -> None:
    assert said(prints, source) == ()


def test_another_machine_that_rounds_otherwise_sees_the_same(prints: Prints) -> None:
    for beside in ("1e-6", "-1e-6", "3e-5 * (-1) ** len(x)"):
        assert said(prints, f"def double(x):\n    return x * x * (1 + {beside})") != ()


def test_few_calls_are_asked(prints: Prints) -> None:
    assert making.WANTED <= len(prints.calls) <= making.FEW


def test_the_file_shows_no_sentence_no_program_and_no_answer(prints: Prints) -> None:
    data = fingerprints.written("made_up", {"double": prints})
    assert data == fingerprints.written("made_up", making.prints(made()))
    text = data.decode("ascii")
    for secret in ("squares", "triples", "thrice", "return", "x * x"):
        assert secret not in text
    document = json.loads(data)
    mark = document["exercises"]["double"]["marks"][0]
    assert sorted(mark) == ["aspects", "grids", "sealed", "tag"]
    floats = [each for each in _values(document) if isinstance(each, float)]
    assert floats == []


def _values(value: object) -> list[object]:
    if isinstance(value, dict):
        return [each for inner in value.values() for each in _values(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in _values(inner)]
    return [value]


def test_two_mistakes_with_the_same_answers_are_both_said_and_three_are_not() -> None:
    twin = program("twin", "def double(x):\n    return x.pow(2)", "takes the second power")
    both = made([*MISTAKES, twin])["double"].prints
    assert said(both, SQUARES) == (
        "This is what a program returns that squares, or that takes the second power.",
    )
    third = program("third", "def double(x):\n    return x.square()", "multiplies x by itself")
    assert said(made([*MISTAKES, twin, third])["double"].prints, SQUARES) == ()


def test_what_is_drawn_at_random_is_no_mark() -> None:
    assert made([program("draws", DRAWS, "draws")]) == {}


def test_a_mistake_that_a_right_program_answers_like_has_no_mark() -> None:
    assert made(MISTAKES, [*RIGHTS, program("another", SQUARES)]).get("double") is None or all(
        "squares" not in names
        for names in made(MISTAKES, [*RIGHTS, program("another", SQUARES)])["double"].owners.values()
    )


def test_a_dtype_alone_is_named_only_by_a_sentence_of_its_own() -> None:
    source = "def double(x):\n    return (2 * x).float()"
    assert made([program("float", source, "answers in float32")]) == {}
    prints = made([program("float", source, "answers in float32", vouched=True)])["double"].prints
    assert said(prints, source) == ("Part of what comes back is that of a program that answers in float32.",)


def test_a_part_is_called_a_part() -> None:
    pair, odd = "def double(x):\n    return 2 * x, {}", "(x * x).sum()"
    right = [program("source", pair.format("x.sum()"))]
    prints = made([program("odd", pair.format(odd), "squares the sum")], right)["double"].prints
    assert said(prints, pair.format(odd)) == (
        "Part of what comes back is that of a program that squares the sum.",
    )


# --- as a file -----------------------------------------------------------------------------------------------------------


def test_a_file_is_read_as_it_was_written(prints: Prints, tmp_path: Path) -> None:
    data = fingerprints.written("made_up", {"double": prints})
    (tmp_path / "made_up.fingerprints.json").write_bytes(data)
    found = fingerprints.beside(tmp_path, "made_up")["double"]
    assert said(found, SQUARES) == said(prints, SQUARES) != ()


def test_what_no_release_has_written_has_no_marks(prints: Prints, tmp_path: Path) -> None:
    data = fingerprints.written("made_up", {"double": prints})
    assert fingerprints.beside(tmp_path, "made_up") == {}
    document = json.loads(data)
    for odd in (
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"exercises": {"double": {"calls": 3, "marks": []}}}',
        data[:-20],
        data + b" ",
        data.replace(b"made_up", b"another"),
        json.dumps(document | {"right": [0.5]}, sort_keys=True, indent=1).encode() + b"\n",
        data + b" " * fingerprints.FILE_BYTES,
    ):
        (tmp_path / "made_up.fingerprints.json").write_bytes(odd)
        assert fingerprints.beside(tmp_path, "made_up") == {}
        with pytest.raises(Unreadable):
            fingerprints.parsed("made_up", odd)
    (tmp_path / "made_up.fingerprints.json").unlink()
    (tmp_path / "made_up.fingerprints.json").mkdir()
    assert fingerprints.beside(tmp_path, "made_up") == {}


def test_a_mark_opens_for_these_questions_alone(prints: Prints) -> None:
    """Marks do not travel: under other calls the same answers are another key."""
    (first, *_) = prints.marks
    found = {
        ("double/numbers", number): aspects.Piece(numbers=np.ones(2), eps=1e-16)
        for number in range(len(prints.calls))
    }
    assert first.opened(found, prints.calls, b"another salt") is None
