"""A certificate as a page: figures, what is left, and which check kills what."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.certify.certificate import Certificate
from autograder.certify.programs import Subject
from autograder.certify.text import GOOD, percent, sentences

HERE = "autograder.certify"


@dataclass(frozen=True)
class Row:
    """A program of the matrix: one cell per check, the number of the example at which it broke, or None."""

    name: str
    says: str
    cells: tuple[int | None, ...]
    named: int | None
    alone: bool


@dataclass(frozen=True)
class Block:
    """One exercise: its checks (name, mistakes and mutants that it catches, those that it alone catches), and the wrong
    programs of it."""

    exercise: str
    checks: tuple[tuple[str, int, int, int], ...]
    mistakes: tuple[Row, ...]
    mutants: tuple[Row, ...]


def certificate_page(result: Certificate, subjects: Sequence[Subject]) -> str:
    """Write a whole HTML page that needs nothing else: no script, no request."""
    css = (files("autograder.feedback") / "templates" / "page.css").read_text("utf-8")
    css += (files(HERE) / "certificate.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        _templates()
        .get_template("certificate.html.jinja")
        .render(
            title=f"Is the grader of {result.assignment} right?",
            css=Markup(css),
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            wide=True,
            result=result,
            sentences=sentences(result),
            tallies=[(kind, each, GOOD[kind], percent(each.rate)) for kind, each in result.tallies.items()],
            survivors=_survivors(result, subjects),
            proven=[
                each for each in subjects if each.proof is not None and each.name not in result.contradicted
            ],
            percent=percent,
            looked_by_all=all(name in result.whole for name in result.matrix),
            blocks=_blocks(result, subjects),
        )
    )


def _templates() -> Environment:
    loader = ChoiceLoader([PackageLoader(HERE, "."), PackageLoader("autograder.feedback", "templates")])
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _survivors(result: Certificate, subjects: Sequence[Subject]) -> list[Subject]:
    rest = set(result.tallies["mutants"].rest) if "mutants" in result.tallies else set()
    return [each for each in subjects if each.kind == "mutants" and each.name in rest]


def _blocks(result: Certificate, subjects: Sequence[Subject]) -> list[Block]:
    blocks = []
    for exercise in dict.fromkeys(each.exercise for each in result.checks):
        checks = [each for each in result.checks if each.exercise == exercise]
        keys = [f"{exercise}/{each.name}" for each in checks]
        rows: dict[str, list[Row]] = {"mistakes": [], "mutants": []}
        for each in subjects:
            if each.name in result.matrix and each.kind in rows and each.notebooks[0][0] == exercise:
                rows[each.kind].append(_row(each, result, keys))
        views = tuple(
            (each.name.replace("_", " "), each.mistakes, each.mutants, each.alone) for each in checks
        )
        blocks.append(Block(exercise, views, tuple(rows["mistakes"]), tuple(rows["mutants"])))
    return blocks


def _row(subject: Subject, result: Certificate, keys: Sequence[str]) -> Row:
    broken = result.matrix[subject.name]
    return Row(
        subject.name,
        subject.says.split("\n")[0] if subject.kind == "mistakes" else "",
        tuple(broken.get(key) for key in keys),
        keys.index(subject.named) if subject.named in keys else None,
        subject.name in result.whole and len(broken) == 1,
    )
