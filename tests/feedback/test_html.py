from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import Any, get_args

import html5lib
import nh3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.feedback.class_page import class_page
from autograder.feedback.html import exercise_fragment, student_page
from autograder.model import Blame, Score, Status, Verdict, Visibility

VOID = {"meta", "br", "img", "wbr", "rect", "path", "use"}
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "nav"),
    *(
        "h1",
        "h2",
        "h3",
        "p",
        "div",
        "span",
        "strong",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "pre",
        "code",
        "bdi",
        "br",
    ),
    *("a", "figure", "img", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "wbr"),
    *("svg", "g", "defs", "path", "use", "text", "clippath", "rect"),
}
FIXED = {value for kind in (Status, Verdict, Visibility, Blame) for value in get_args(kind)}
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</style></title></pre></code><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "--><iframe src=//evil.example>",
    "\x1b]0;title\x07\u202e<b>\ud800\x00",
    "]]><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
]


class Page(HTMLParser):
    """What a browser would meet: elements, their attributes, text; and that everything is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.stack: list[str] = []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def values(self, name: str) -> list[str]:
        return [value for _, key, value in self.attributes if key == name]


def poisoned(value: Any, payload: str) -> Any:
    """`value` with `payload` in every text that is not one of the closed words."""
    if isinstance(value, str):
        return value if value in FIXED else payload
    if isinstance(value, tuple | list):
        return type(value)(poisoned(item, payload) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{each.name: poisoned(getattr(value, each.name), payload) for each in fields(value)}
        )
    if isinstance(value, dict):
        if "kind" in value:
            return {**{key: poisoned(item, payload) for key, item in value.items()}, "kind": value["kind"]}
        return {f"{payload}{at}": poisoned(item, payload) for at, item in enumerate(value.values())}
    return value


def everything(scores: dict[str, Score]) -> Score:
    """A submission with an error, notes, pictures, an exercise that is not judged, and one that waits."""
    hidden, fault = scores["hidden"], scores["grader_fault"]
    exercises = (
        *hidden.exercises[1:3],
        *scores["timed_out"].exercises[2:3],
        fault.exercises[3],
        fault.exercises[5],
    )
    return replace(hidden, exercises=exercises, error=scores["ungraded"].error, notes=fault.notes)


def pages(score: Score) -> list[str]:
    made = [student_page(score, audience="staff")]
    made += [exercise_fragment(exercise, audience="staff") for exercise in score.exercises]
    made += [exercise_fragment(exercise, standalone=True) for exercise in score.exercises[2:]]
    return [*made, class_page([score], score.assignment, {score.student: score.student})]


OURS = (files("autograder.feedback") / "templates" / "sort.js").read_text(encoding="utf-8")


def without_our_script(text: str) -> str:
    """A page without the one script that is ours, letter by letter, and last in it."""
    return text.replace(f"<script>{OURS}</script>\n</body>", "</body>")


def assert_inert(page: Page) -> None:
    assert set(page.elements) <= ELEMENTS
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), name
        assert name not in ("srcdoc", "action", "formaction", "xlink:href", "srcset", "background", "ping")
        if name == "href":
            assert value.startswith(("#", "./")), value
        if name == "src":
            assert value.startswith("data:image/svg+xml;base64,")
        if name == "style":
            assert re.fullmatch(r"[\w\s:;,.#%()-]*", value), value
            assert "url(" not in value
        if tag == "meta" and name == "http-equiv":
            assert value == "Content-Security-Policy"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_texts_end_up_as_text(payload: str, scores: dict[str, Score]) -> None:
    for text in pages(poisoned(everything(scores), payload)):
        page = Page(without_our_script(text))
        assert_inert(page)
        text.encode("utf-8")
        assert not set(text) & set("\x00\x07\x1b\u202e")
        assert "alert(1)" in page.text or "alert" not in payload


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.text(st.characters(exclude_categories=[]), max_size=40))
def test_no_text_changes_the_shape_of_a_page(payload: str, scores: dict[str, Score]) -> None:
    score = replace(scores["timed_out"], exercises=scores["timed_out"].exercises[2:3])
    for make in (student_page, lambda score: exercise_fragment(score.exercises[0])):
        plain, odd = Page(make(poisoned(score, "x"))), Page(make(poisoned(score, "x" + payload)))
        assert odd.elements == plain.elements
        assert [key for _, key, _ in odd.attributes] == [key for _, key, _ in plain.attributes]


def test_the_page_of_a_submission(case: str, score: Score, snapshot: Callable[[str, str], None]) -> None:
    snapshot(f"{case}.html", student_page(score))


def test_the_page_for_staff(scores: dict[str, Score], snapshot: Callable[[str, str], None]) -> None:
    snapshot("grader_fault.staff.html", student_page(scores["grader_fault"], audience="staff"))


@pytest.mark.parametrize("name", ["uneven", "raised", "grader_fault", "perfect"])
def test_the_fragment_in_a_notebook(
    name: str, scores: dict[str, Score], snapshot: Callable[[str, str], None]
) -> None:
    exercise = scores[name].exercises[{"raised": 1, "grader_fault": 3}.get(name, 0)]
    snapshot(f"{name}.fragment.html", exercise_fragment(exercise))


def test_a_law_only_page_holds_no_value_of_a_hidden_check(
    scores: dict[str, Score], snapshot: Callable[[str, str], None]
) -> None:
    page = student_page(scores["hidden"], reveal="law")
    revealed = student_page(scores["hidden"], reveal="counterexample")
    staff = student_page(scores["hidden"], audience="staff", reveal="law")
    for value in ("SECRET", "0.7311", "0.9526"):
        assert value not in page
        assert value in revealed
        assert value in staff
    assert "Scaling space by a factor multiplies the log-odds by its square." in page
    snapshot("hidden.law.html", page)


def test_a_page_runs_nothing_and_asks_nobody(score: Score) -> None:
    text = student_page(score)
    page = Page(text)
    assert_inert(page)
    policy = next(value for value in page.values("content") if "default-src" in value)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.values("style") == []  # the policy would drop them
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert "url(" not in text.replace("url(#", "")


def test_the_policy_allows_the_style_sheet_by_its_hash(scores: dict[str, Score]) -> None:
    import base64
    import hashlib

    text = student_page(scores["uneven"])
    css = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert css is not None
    assert f"sha256-{base64.b64encode(hashlib.sha256(css[1].encode()).digest()).decode()}" in text.replace(
        "&#39;", "'"
    )


def test_headings_landmarks_and_names(score: Score) -> None:
    for text in (student_page(score), class_page([score], "fewshot", {})):
        page = Page(text)
        levels = [int(tag[1]) for tag in page.elements if re.fullmatch(r"h\d", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert (
            page.elements.count("main") == page.elements.count("header") == page.elements.count("footer") == 1
        )
        ids = page.values("id")
        assert len(ids) == len(set(ids))
        assert set(page.values("aria-labelledby")) <= set(ids)
        assert {value[1:] for value in page.values("href") if value.startswith("#")} <= set(ids)
        assert ("html", "lang", "en") in page.attributes


def test_every_picture_and_every_scrolling_block_has_a_name(scores: dict[str, Score]) -> None:
    text = student_page(scores["hidden"])
    assert len(re.findall(r'<svg [^>]*role="img" aria-label="[^"]{20,}"', text)) == 2
    assert text.count("<pre ") == len(re.findall(r'<pre tabindex="0" role="group" aria-label="[^"]+">', text))
    fragment = Page(exercise_fragment(scores["uneven"].exercises[0]))
    assert all(len(alt) > 20 for alt in fragment.values("alt"))
    assert fragment.values("alt")


def test_no_mark_is_told_by_colour_alone(scores: dict[str, Score]) -> None:
    text = Page(student_page(scores["missing"])).text
    for said in ("✗ not defined", "~ partly", "\N{EN DASH} skipped", "✓ holds"):
        assert said in re.sub(r"\s+", " ", text)


# JupyterLab's sanitiser, for the outputs of a notebook that it does not trust: what of it the fragment needs.
PASSED = {
    *(
        "background-color",
        "border",
        "border-left",
        "border-radius",
        "color",
        "cursor",
        "display",
        "font-family",
        "font-size",
    ),
    *(
        "font-weight",
        "height",
        "line-height",
        "margin",
        "max-height",
        "max-width",
        "opacity",
        "overflow",
        "padding",
    ),
    *("white-space", "width"),
}


def test_the_fragment_survives_a_sanitiser(scores: dict[str, Score]) -> None:
    fragment = exercise_fragment(scores["uneven"].exercises[0])
    tags = {"div", "p", "span", "strong", "code", "pre", "img", "details", "summary"}
    assert set(Page(fragment).elements) <= tags
    used = {
        pair.split(":")[0].strip()
        for style in Page(fragment).values("style")
        for pair in style.split(";")
        if pair
    }
    assert used <= PASSED
    clean = nh3.clean(
        fragment,
        tags=tags,
        attributes={"*": {"style"}, "img": {"src", "alt"}},
        url_schemes={"data"},
        filter_style_properties=PASSED,
    )
    before, after = Page(fragment), Page(clean)
    assert after.text == before.text
    assert after.elements == before.elements
    assert after.values("src") == before.values("src")
    assert [len(style.split(":")) for style in after.values("style")] == [
        len(style.split(":")) for style in before.values("style")
    ]


def test_alone_the_fragment_is_a_page(scores: dict[str, Score]) -> None:
    page = Page(exercise_fragment(scores["uneven"].exercises[0], standalone=True))
    assert page.elements[:2] == ["html", "head"]
    assert page.elements.count("h1") == 1
    assert_inert(page)


def test_pages_and_fragments_are_valid_html(scores: dict[str, Score]) -> None:
    for score in scores.values():
        for audience in ("student", "staff"):
            html5lib.HTMLParser(strict=True).parse(student_page(score, audience=audience))
        for exercise in score.exercises:
            page = exercise_fragment(exercise, standalone=True)
            html5lib.HTMLParser(strict=True).parse(page)
    html5lib.HTMLParser(strict=True).parse(class_page(list(scores.values()), "fewshot", {}))


def test_the_one_script_of_a_class_page_is_allowed_by_its_hash_and_students_have_none(score: Score) -> None:
    import base64
    import hashlib

    digest = base64.b64encode(hashlib.sha256(OURS.encode()).digest()).decode()
    text = class_page([score], "fewshot", {})
    policy = next(value for value in Page(text).values("content") if "default-src" in value)
    assert f"script-src 'sha256-{digest}';" in policy
    assert text.count("<script") == 1
    assert without_our_script(text).count("<script") == 0
    assert "script" not in student_page(score).replace("transcript", "")


def test_two_answers_of_one_s_own_stand_beside_the_right_one(
    compared: Score, snapshot: Callable[[str, str], None]
) -> None:
    page = student_page(compared)
    snapshot("compared.html", page)
    assert page.count('class="small folded"') == 1  # laws that say nothing new
    assert "The right prototypes (call 1)" in page
    assert "The right prototypes" not in student_page(compared, reveal="law")
    fragment = exercise_fragment(compared.exercises[0])
    assert "What had to come back, by what call 1 gave" in fragment
    assert "The right prototypes (call 1)" in fragment
