"""Formulas as the docstrings write them, in plain text, turned into HTML: c_k = 1 / |S_k| sum_{i in S_k} f(x_i).

HTML needs no fonts and no scripts from elsewhere. What is read: Greek letters by name; `_` and `^` with one symbol, (...) or
{...} behind them; x^ and x~ with nothing behind, which are a hat and a tilde; x', <-, ->, <=, >=, != and ... ; `given` in
P(y given x). All else stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from html import escape

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "Delta": "Δ",
}
SIGNS = {"<-": "←", "->": "→", "<=": "≤", ">=": "≥", "!=": "≠", "...": "…"}
HAT, TILDE = "\u0302", "\u0303"

_TOKEN = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|(?P<sign><-|->|<=|>=|!=|\.\.\.)"
    r"|(?P<script>[_^](?=[A-Za-z0-9({]))"
    r"|(?P<accent>(?<=[A-Za-z0-9])[\^~])"
    r"|(?P<number>(?<![A-Za-z])\d+(?:[.,]\d+)*(?:e-?\d+)?)"
    r"|(?P<minus>(?<![A-Za-z])-|-(?![A-Za-z]))"
    r"|(?P<word>[A-Za-z]+\d*)"
    r"|(?P<prime>')"
    r"|(?P<other>.)",
    re.DOTALL,
)
_INDEX = re.compile(rf"(?:{'|'.join(GREEK)})'|[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*")


def formula(text: str) -> str:
    """Turn a formula into HTML.

    >>> formula("softmax(theta_k)")
    'softmax(<i>θ</i><sub><i>k</i></sub>)'
    """
    return _Converter(prose=False).html(_prepared(text))


def sentence(text: str, code: Collection[str] = ()) -> str:
    """Turn a sentence into HTML in which symbols and formulas may stand; words stay words.

    code: names that are in code style: `n_steps` is no n with an index.
    """
    for name in sorted(code, key=len, reverse=True):
        if "_" in name:
            text = re.sub(rf"(?<![\w`.]){re.escape(name)}(?![\w`])", f"`{name}`", text)
    return _Converter(prose=True).html(_prepared(text))


def _prepared(text: str) -> str:
    text = re.sub(r"<([^<>=-][^<>]*)>", "⟨\\1⟩", text)
    text = re.sub(r"\b([A-Za-z]) in ([A-Z])(?![A-Za-z])", "\\1 ∈ \\2", text)
    return re.sub(r"(\([^()]*) given ", "\\1 ∣ ", text)


class _Converter:
    def __init__(self, *, prose: bool) -> None:
        self.prose = prose

    def html(self, text: str) -> str:
        pieces: list[str] = []
        position = 0
        while found := _TOKEN.match(text, position):
            kind = str(found.lastgroup)
            position = found.end()
            if kind == "script":
                tag = "sub" if found[0] == "_" else "sup"
                inside, position = _argument(text, position)
                pieces.append(f"<{tag}>{_Converter(prose=False).html(inside)}</{tag}>")
            elif kind == "accent":
                _put_accent(pieces, HAT if found[0] == "^" else TILDE)
            elif kind == "word":
                pieces.append(self._word(found))
            elif kind == "prime":
                pieces.append("′" if not self.prose or _is_symbol(text, found.start()) else "'")
            else:
                pieces.append(_SHOWN[kind](found[kind]))
        return "".join(pieces)

    def _word(self, found: re.Match[str]) -> str:
        letters = found[0].rstrip("0123456789")
        digits = found[0][len(letters) :]
        follows = found.string[found.end() : found.end() + 2]
        if digits and self.prose:
            return found[0]
        index = f"<sub>{digits}</sub>" if digits else ""
        if letters in GREEK:
            return f"<i>{GREEK[letters]}</i>{index}"
        if letters == "sum" and (not self.prose or follows.startswith("_")):
            return "∑"
        article = self.prose and letters in ("a", "A", "I") and not re.match(r"[_^(,;]", follows)
        return (
            f"<i>{letters}</i>{index}"
            if len(letters) == 1 and not article and not _shortened(found)
            else found[0]
        )


def _shortened(found: re.Match[str]) -> bool:
    """Whether a letter is what an apostrophe left of a word: the s of "paper's"."""
    return found.string[max(found.start() - 1, 0) : found.start()] == "'"


def _is_symbol(text: str, end: int) -> bool:
    """Whether a single letter or the name of a Greek one stands before `end`, and no letter behind it."""
    before = re.search(r"([A-Za-z]+)$", text[:end])
    symbol = before is None or len(before[0]) == 1 or before[0] in GREEK
    return symbol and not text[end + 1 : end + 2].isalpha()


def _argument(text: str, start: int) -> tuple[str, int]:
    """Return what an index or exponent holds, without its brackets, and where it ends.

    An index may have one of its own: f_theta_s. The prime of a Greek letter belongs to it: f_theta'.
    """
    opening = text[start]
    if opening in "({":
        closing = {"(": ")", "{": "}"}[opening]
        depth = 0
        for end in range(start, len(text)):
            depth += (text[end] == opening) - (text[end] == closing)
            if not depth:
                return text[start + 1 : end], end + 1
        return text[start + 1 :], len(text)
    found = _INDEX.match(text, start)
    assert found is not None  # the token looked ahead
    return found[0], found.end()


def _put_accent(pieces: list[str], accent: str) -> None:
    """Put the accent onto the last letter, inside its tag."""
    before, tag, behind = pieces[-1].rpartition("</") if pieces[-1].endswith(">") else (pieces[-1], "", "")
    pieces[-1] = f"{before}{accent}{tag}{behind}"


_SHOWN: dict[str, Callable[[str], str]] = {
    "code": lambda text: f"<code>{escape(text)}</code>",
    "sign": lambda text: SIGNS[text],
    "number": lambda text: text.replace("-", "−"),
    "minus": lambda text: "−",
    "other": lambda text: {"*": "·", "~": "∼"}.get(text, escape(text)),
}
