from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.feedback.sanitise import one_line, one_name, shown, visible

UNSEEN = {
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0x061C,
    0x200E,
    0x200F,
}
UNSEEN -= {ord("\n"), ord("\t")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("\x1b]0;window title\x07said", "said"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("bell\x07", "bell\\x07"),
        ("abc\u202egnp.exe", "abc\\u202egnp.exe"),
        ("half \ud800", "half \\ud800"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("10%\r50%\r\n100%", "10%\n50%\n100%"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),  # a joiner that Persian needs
    ],
)
def test_unseen_characters_are_written_out_and_terminal_sequences_vanish(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text(st.characters(exclude_categories=[]), max_size=300))
def test_whatever_is_shown_can_be_written_and_moves_no_cursor(text: str) -> None:
    said = shown(text)
    assert not UNSEEN & {ord(character) for character in said}
    assert said.encode("utf-8").decode("utf-8") == said


def test_a_long_text_says_how_much_is_left_out() -> None:
    assert shown("x" * 1234, 200) == "x" * 200 + "\n… and 1,034 more characters"


def test_one_line_folds_white_space_and_cuts_the_end() -> None:
    assert one_line("  a\n b\t c ") == "a b c"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


def test_a_huge_text_takes_no_time() -> None:
    assert len(shown("\x1b]" * 2_000_000)) < 20_000


def test_of_a_name_nothing_vanishes_so_that_no_two_look_alike() -> None:
    assert one_name("ad\x1b[2Ka\r\n") == "ad\\x1b[2Ka\\x0d\\x0a"
    assert one_name(" ada ") == " ada "
    assert one_name("x" * 100) == "x" * 59 + "…"
    assert visible("a\tb\n", keep="\n\t") == "a\tb\n"


@given(st.text(st.characters(exclude_categories=[]), max_size=100))
def test_what_is_visible_stays_so_and_moves_nothing(text: str) -> None:
    said = visible(text)
    assert not (UNSEEN | {9, 10}) & {ord(character) for character in said}
    assert visible(said) == said
