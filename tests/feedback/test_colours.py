"""Contrast as WCAG 2 asks for it: 4.5:1 for text, 3:1 for what is drawn."""

from __future__ import annotations

import re

import pytest

from autograder.feedback.html import exercise_fragment, student_page
from autograder.feedback.pictures.svg import COLOURS
from autograder.model import Score


def luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2)."""
    full = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
    channels = [int(full[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_text_stands_out_in_light_in_dark_and_in_print(scores: dict[str, Score]) -> None:
    page = student_page(scores["perfect"])
    schemes = [
        dict(re.findall(r"--([\w-]+): (#\w+)", block))
        for block in re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    ]
    assert len(schemes) == 3
    for scheme in schemes:
        for text in ("ink", "soft", "good", "bad", "wait", "muted", "link"):
            for ground in ("paper", "raised", "bad-wash"):
                assert contrast(scheme[text], scheme[ground]) >= 4.5, (text, ground)


def test_badges_of_the_fragment_stand_out(scores: dict[str, Score]) -> None:
    fragments = "".join(
        exercise_fragment(exercise) for score in scores.values() for exercise in score.exercises
    )
    grounds = set(re.findall(r"color:#ffffff;background-color:(#\w+)", fragments))
    assert len(grounds) >= 3
    assert all(contrast("#ffffff", ground) >= 4.5 for ground in grounds)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("ground", ["#ffffff", "#fbf1ef", "#15181c", "#261c1c"])
def test_colours_stand_out_on_light_and_on_dark_ground(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 3
