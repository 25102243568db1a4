"""Foreign text made showable: what students and file systems wrote, unable to move a cursor or a margin."""

from __future__ import annotations

import re

# Terminal sequences: CSI (colours, cursor), OSC (titles, links), and the two-character ones.
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")

# Control characters but tab and newline, marks that reorder or hide text, lone surrogates, what XML forbids.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def visible(text: str, keep: str = "") -> str:
    r"""Return foreign text in which nothing acts and nothing vanishes: each character that nobody can see is written out.

    keep  of tab and newline, which stay as they are

    >>> visible("ada\x1b[2K\r")
    'ada\\x1b[2K\\x0d'
    """
    text = _UNSEEN.sub(_written_out, text)
    for character in "\t\n":
        if character not in keep:
            text = text.replace(character, f"\\x{ord(character):02x}")
    return text


def one_name(text: str, limit: int = 60) -> str:
    """Return a name that somebody else has given, such as a folder's, for one line: short ones never look alike."""
    text = visible(text[: 4 * limit])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown(text: str, limit: int = 4000) -> str:
    """Return foreign text of several lines, of at most `limit` characters; what is left out is counted.

    Terminal sequences vanish; other characters that nobody can see are written out.
    """
    left_out = max(len(text) - limit, 0)
    text = _TERMINAL.sub("", text[:limit].replace("\r\n", "\n").replace("\r", "\n"))
    text = _UNSEEN.sub(_written_out, text).strip("\n")
    return f"{text}\n… and {left_out:,} more characters" if left_out else text


def one_line(text: str, limit: int = 120) -> str:
    """Return foreign text for one line, such as a message: white space is folded, the end is cut with an ellipsis."""
    text = " ".join(shown(text[: 4 * limit], 4 * limit).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
