"""How many examples a check has to draw, from what it catches; and that only the number changes in its file."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.certify.examples import Asked, asked, rewritten, write
from autograder.certify.programs import Kind, Subject
from autograder.certify.runs import Look, Trial
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import Notebook, Verdict

BOOK = Notebook("a.ipynb", ())
Falls = dict[str, tuple[Verdict, int]]


def a_check(name: str, count: int = 100) -> Check:
    base = next(each for each in registry.load("fewshot") if each.strategies)
    return replace(base, exercise="f", name=name, examples=count)


def trial(kind: Kind, name: str, seed: int, fell: Falls) -> tuple[Trial, Look]:
    return Trial(kind, name, "f", seed, BOOK, True), Look(fell, 2, 0.0)


def wrong(kind: Kind, name: str, named: str | None = None, proof: str | None = None) -> Subject:
    return Subject(kind, name, "", (("f", BOOK),), named, proof)


def of(found: tuple[Asked, ...]) -> dict[str, tuple[int, int, int]]:
    return {each.check.name: (each.relied, each.needed, each.enough) for each in found}


def test_a_check_draws_what_its_worst_mistake_took_times_the_factor() -> None:
    subjects = [wrong("mistakes", "slip", "f/law"), wrong("mistakes", "other", "f/law")]
    looks = [
        trial("mistakes", "slip", 0, {"law": ("falsified", 2), "quick": ("falsified", 1)}),
        trial("mistakes", "slip", 1, {"law": ("falsified", 9)}),
        trial("mistakes", "other", 0, {"law": ("raised", 1)}),
    ]
    found = of(asked([a_check("law"), a_check("quick")], subjects, looks))
    assert found == {"law": (2, 9, 50), "quick": (0, 0, 20)}


def test_a_mutant_relies_on_the_check_that_caught_it_first() -> None:
    subjects = [wrong("mutants", "m"), wrong("mutants", "right", proof="It is.")]
    looks = [
        trial("mutants", "m", 0, {"law": ("falsified", 12), "quick": ("falsified", 5)}),
        trial("mutants", "right", 0, {"law": ("falsified", 90)}),
    ]
    assert of(asked([a_check("law"), a_check("quick")], subjects, looks)) == {
        "law": (0, 0, 20),
        "quick": (1, 5, 30),
    }


def test_what_falls_by_a_fixed_input_needs_no_drawn_ones_and_no_number_is_raised() -> None:
    subjects = [wrong("mistakes", "big", "f/law"), wrong("mistakes", "rare", "f/few")]
    looks = [
        trial("mistakes", "big", 0, {"law": ("falsified", 101)}),
        trial("mistakes", "rare", 0, {"few": ("falsified", 29)}),
    ]
    assert of(asked([a_check("law"), a_check("few", 30)], subjects, looks)) == {
        "law": (1, 101, 20),
        "few": (1, 29, 30),
    }


def test_a_mistake_that_gets_away_under_a_seed_says_nothing_of_it() -> None:
    looks = [trial("mistakes", "slip", 0, {"law": ("falsified", 3)}), trial("mistakes", "slip", 1, {})]
    assert of(asked([a_check("law")], [wrong("mistakes", "slip", "f/law")], looks)) == {"law": (1, 3, 20)}


TEXT = """# é before
@check(f, x=xs(n=3), also=[{"x": 1}], examples=  60, seconds=2.0)
def one(x): ...

@check(
    f,
    x=xs(
        "ü",
    ),
)
def two(x): ...

@other
@check(f)
def three(): ...

@check(f, x=xs(), examples=7)
def four(x): ...
"""


def test_only_the_number_changes() -> None:
    found = rewritten(TEXT, {"one": 40, "two": 30, "nobody": 1})
    assert found == TEXT.replace("examples=  60", "examples=  40").replace(
        "    ),\n)", "    ), examples=30,\n)"
    )


def test_the_files_of_the_checks_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checks.py"
    path.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(inspect, "getfile", lambda body: str(path))
    rows = [Asked(a_check("one", 60), 60, 4, 1, 20), Asked(a_check("four", 7), 7, 1, 1, 7)]
    assert write(rows) == {path: 1}
    assert path.read_text(encoding="utf-8") == TEXT.replace("examples=  60", "examples=  20")
