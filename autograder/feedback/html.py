"""The page of one submission, and the fragment that stands inside a notebook. No script, no request.

The whole page carries one style sheet, allowed by its hash; nothing else may run, load or be styled
(Content-Security-Policy). The fragment has inline styles only: JupyterLab takes <style> and <svg> out of
the outputs of a notebook that it does not trust, and passes <img> with data and a closed list of
style properties.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.feedback import phrases, view
from autograder.feedback.audience import Audience, Reveal
from autograder.feedback.pictures import Picture, draw
from autograder.model import ExerciseResult, Score


def student_page(score: Score, *, audience: Audience = "student", reveal: Reveal = "counterexample") -> str:
    """Write the whole page of one submission, an HTML file that needs nothing else.

    score      the result
    audience   who reads
    reveal     what a student sees of hidden checks
    """
    page = view.page(score, audience, reveal)
    return render(
        "student.html.jinja", title=f"{page.assignment}, {page.student}: {page.headline}", page=page
    )


def exercise_fragment(
    exercise: ExerciseResult,
    *,
    audience: Audience = "student",
    reveal: Reveal = "counterexample",
    waits: bool | None = None,
    standalone: bool = False,
    more: int = 0,
) -> str:
    """Write one exercise for the output of a notebook cell, legible on light and on dark ground.

    audience    who reads
    reveal      what a student sees of hidden checks
    waits       whether a person has yet to grade a manual exercise; None: it has no points yet
    standalone  a whole page around the fragment, to be opened by itself
    more        how many laws have not been asked yet, and are in grading

    `exercise` is its result.
    """
    seen = view.exercise(exercise, audience, reveal, waits, more)
    fragment = _templates().get_template("fragment.html.jinja").render(exercise=seen)
    if not standalone:
        return fragment
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return render("alone.html.jinja", title=seen.name, fragment=Markup(fragment), policy=policy)


def render(template: str, title: str, *, sortable: bool = False, **content: Any) -> str:
    """Write a whole page from a template of this package, with `content` for its names.

    Every value is escaped; `title` names the window.

    sortable   with our own script, the only one that the page's policy lets run, by which tables are sorted
    """
    css, script = _part("page.css"), _part("sort.js") if sortable else ""
    allowed = f"style-src 'sha256-{_digest(css)}'" + (
        f"; script-src 'sha256-{_digest(script)}'" if script else ""
    )
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return (
        _templates()
        .get_template(template)
        .render(
            **{"css": Markup(css), "script": Markup(script), "policy": policy, **content},
            title=title,
        )
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _part(name: str) -> str:
    return (files("autograder.feedback") / "templates" / name).read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.feedback", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "draw": draw,
        "svg": _svg,
        "hidden": phrases.HIDDEN,
        "essential": phrases.ESSENTIAL,
        "read": phrases.READ,
        "because": phrases.BECAUSE,
        "to_do": phrases.TO_DO,
        "wide": False,
    }
    return environment


def _svg(picture: Picture) -> Markup:
    # The one thing that is not escaped: an element that pictures/ built from numbers and escaped labels.
    return Markup(picture.svg)
