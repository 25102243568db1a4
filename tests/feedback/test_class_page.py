from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest

from autograder.feedback.class_page import class_page
from autograder.feedback.links import relative
from autograder.model import Score


def test_the_page_of_a_class(scores: dict[str, Score], snapshot: Callable[[str, str], None]) -> None:
    links = {
        score.student: f"{score.student}/fewshot.html" for score in scores.values() if score.student != "alan"
    }
    snapshot("class.html", class_page(list(scores.values()), "fewshot, autumn", links))


def test_each_student_links_to_their_page_and_who_has_none_does_not(scores: dict[str, Score]) -> None:
    page = class_page(
        [scores["raised"], scores["ungraded"]], "t", {"Zoë Ångström": "Zoë Ångström/fewshot.html"}
    )
    assert '<a href="./Zo%C3%AB%20%C3%85ngstr%C3%B6m/fewshot.html"><bdi>Zoë Ångström</bdi></a>' in page
    assert "<bdi>alan</bdi>" in page
    assert page.count("href=") == 1 + 1  # the other one skips to the content


@pytest.mark.parametrize(
    "path",
    [
        *(
            "javascript:alert(1)",
            "//evil.example/x",
            "https://evil.example",
            "data:text/html,x",
            "\\\\evil\\x",
        ),
        *('"><script>', "a?b#c", "\u202e", "\udc80", "\ud800", "a b/ö.html", "%2e%2e/"),
    ],
)
def test_a_link_stays_within_the_folder(path: str) -> None:
    link = relative(path)
    there = urlsplit(urljoin("https://course.example/feedback/index.html", link))
    assert (there.scheme, there.netloc, there.query, there.fragment) == ("https", "course.example", "", "")
    assert there.path.startswith("/feedback/")
    assert not set(link) & set("\"'<>&\\ ")


def test_nobody_has_submitted() -> None:
    page = class_page([], "fewshot", {})
    assert "No submissions." in page


def test_a_class_where_nobody_needs_a_person(scores: dict[str, Score]) -> None:
    graded = replace(scores["perfect"], status="graded", score=15.0, pending_points=0.0)
    assert "Needs a person" not in class_page([graded], "fewshot", {})


def test_what_waits_and_why_is_said(scores: dict[str, Score]) -> None:
    page = class_page(list(scores.values()), "fewshot", {})
    assert "7 submissions wait to be graded by hand: written (up to 2 points)" in page
    assert "the zygote ended twice (signal 9) (the grader&#39;s fault)" in page


def test_an_unknown_time_needs_a_person_beside_whatever_else_does(scores: dict[str, Score]) -> None:
    ada = replace(scores["full"], student="ada") if "full" in scores else next(iter(scores.values()))
    page = class_page([ada], "tiny", {}, {ada.student: "timestamp.txt is <empty>"})
    assert "time unknown: timestamp.txt is &lt;empty&gt;" in page
    assert "1 needs a closer look" in page
