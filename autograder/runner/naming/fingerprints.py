"""What students get of the known mistakes: fixed inputs, and for each mistake what it answers as a digest, with a sealed sentence.

A file beside the notebook, NAME.fingerprints.json, which a release makes (`making`) and `check` reads. In it are

- the calls: inputs of public checks, which the student package draws as well;
- of each mistake a mark: the aspects in which it is wrong; a digest of what it answers there, over all calls at once; and its
  sentence, sealed with these answers. Whoever has them can open it, and nobody else.

No program is in it, no answer, and of right programs nothing whatsoever. A mark that opens says what the answers are those
of; marks that do not open say nothing. What cannot be read has no marks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.errors import FewlabelsError
from autograder.model import Call
from autograder.runner.naming.aspects import Cells
from autograder.runner.naming.deciding import IN_PART, MOST_SAID, SAYS
from autograder.runner.naming.sketches import grids, rounded, sketches
from autograder.sandbox import wire
from autograder.sandbox.transport import Batch
from autograder.submission.beside import FINGERPRINTS

SUFFIX = FINGERPRINTS
SCHEMA = 1
FILE_BYTES = 1 << 20
MOST_CALLS, MOST_MARKS, MOST_ASPECTS = 64, 200, 200
SEALED = 128  # a sentence is filled up to a multiple of so many bytes: its length tells little
TAG_BYTES = 16


class Unreadable(ValueError):
    """The file is none that a release has made."""


@dataclass(frozen=True)
class Mark:
    """One mistake, or two with the same answers.

    aspects   in which it is wrong
    grids     how its numbers are rounded (see `sketches`)
    tag       the digest of what it answers there
    sealed    its sentence
    """

    aspects: tuple[str, ...]
    grids: str
    tag: bytes
    sealed: bytes

    def opened(self, found: Cells, calls: Sequence[Call], salt: bytes) -> str | None:
        """Return the sentence where a program's answers, `found`, to the `calls` are the mistake's; else None.

        `salt` is that of the calls.
        """
        shown = sketches(found, self.aspects, len(calls))
        if len(shown) != len(self.grids):
            return None
        key = _key(salt, self.aspects, rounded(shown, self.grids))
        if not hmac.compare_digest(self.tag, _tag(key)):
            return None
        return _mixed(key, self.sealed).rstrip(b"\0").decode("utf-8", "replace")


@dataclass(frozen=True, eq=False)
class Prints:
    """All marks of one exercise, and what is asked for them."""

    calls: tuple[Call, ...]
    marks: tuple[Mark, ...]

    @cached_property
    def encoded(self) -> wire.Encoded:
        return wire.encode(list(self.calls))

    @cached_property
    def salt(self) -> bytes:
        return salt_of(self.encoded)

    def opened(self, found: Cells) -> list[tuple[Mark, str]]:
        """Return the marks that answers open, with their sentences, without those that others say more of."""
        each = [
            (mark, says)
            for mark in self.marks
            if (says := mark.opened(found, self.calls, self.salt)) is not None
        ]
        return [
            (mark, says)
            for mark, says in each
            if not any(set(mark.aspects) < set(other.aspects) for other, _ in each)
        ]

    def says(self, found: Cells) -> tuple[str, ...]:
        """Return what a program is named by that gave these answers: sentences for its reader; mostly none."""
        opened = self.opened(found)
        sentences = list(dict.fromkeys(says for _, says in opened))
        wrong = {aspect for mark, _ in opened for aspect in mark.aspects}
        apart = len(wrong) == sum(len(mark.aspects) for mark, _ in opened)
        if not 1 <= len(sentences) <= MOST_SAID or not (apart or len(sentences) == 1):
            return ()
        returned = {
            aspect for aspect, _ in found if aspect.endswith("/numbers") and "/state of" not in aspect
        }
        whole = len(sentences) == 1 and returned <= wrong
        return tuple((SAYS if whole else IN_PART).format(each) for each in sentences)


Fingerprints = Mapping[str, Prints]  # exercise -> its marks


def marked(found: Cells, aspects: Iterable[str], calls: Sequence[Call], says: str) -> Mark:
    """Return the mark of a mistake.

    found     what it answers
    aspects   those in which it is wrong
    calls     all that were asked
    says      its sentence
    """
    names = tuple(sorted(aspects))
    shown = sketches(found, names, len(calls))
    on = grids(shown)
    key = _key(salt_of(wire.encode(list(calls))), names, rounded(shown, on))
    raw = says.encode()
    padded = raw + b"\0" * (-len(raw) % SEALED)
    return Mark(names, on, _tag(key), _mixed(key, padded))


def salt_of(encoded: wire.Encoded) -> bytes:
    """Return what keeps marks of different questions apart."""
    return hashlib.sha256(encoded.structure + encoded.payload).digest()


def _key(salt: bytes, aspects: Sequence[str], answers: bytes) -> bytes:
    named = json.dumps(list(aspects)).encode()
    return hmac.digest(salt, hashlib.sha256(named).digest() + answers, "sha256")


def _tag(key: bytes) -> bytes:
    return hashlib.sha256(b"tag" + key).digest()[:TAG_BYTES]


def _mixed(key: bytes, text: bytes) -> bytes:
    """A text sealed, or opened again."""
    stream = hashlib.shake_256(b"sentence" + key).digest(len(text))
    return bytes(one ^ other for one, other in zip(text, stream, strict=True))


# --- as a file -------------------------------------------------------------------------------------------------------


def file_name(assignment: str) -> str:
    """Return how the file of an assignment is called; it lies beside the notebook."""
    return f"{assignment}{SUFFIX}"


def written(assignment: str, prints: Fingerprints) -> bytes:
    """Return the file of an `assignment`: the same bytes for the same `prints`."""
    exercises = {
        name: {
            "calls": {"structure": _text(each.encoded.structure), "payload": _text(each.encoded.payload)},
            "marks": [
                {
                    "aspects": list(one.aspects),
                    "grids": one.grids,
                    "tag": one.tag.hex(),
                    "sealed": _text(one.sealed),
                }
                for one in each.marks
            ],
        }
        for name, each in prints.items()
    }
    whole = {"schema": SCHEMA, "assignment": assignment, "exercises": exercises}
    return (json.dumps(whole, sort_keys=True, indent=1, ensure_ascii=True) + "\n").encode()


def parsed(assignment: str, data: bytes) -> Fingerprints:
    """Read the file of an `assignment`. Raises Unreadable for whatever `written` would not have written, byte by byte."""
    try:
        if len(data) > FILE_BYTES:
            raise Unreadable("too large")
        found = {str(name): _prints(each) for name, each in json.loads(data)["exercises"].items()}
        if written(assignment, found) != data:
            raise Unreadable("not as a release writes it")
    except Unreadable:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        wire.WireError,
        FewlabelsError,
    ) as error:
        raise Unreadable(type(error).__name__) from error
    return found


def beside(folder: Path, assignment: str) -> Fingerprints:
    """Read the file of an `assignment` in a `folder`; nothing where there is none, or none that can be read."""
    try:
        with (folder / file_name(assignment)).open("rb") as file:
            return parsed(assignment, file.read(FILE_BYTES + 1))
    except (OSError, Unreadable):
        return {}


def _prints(value: Any) -> Prints:
    calls = wire.decode(_bytes(value["calls"]["structure"]), _bytes(value["calls"]["payload"]))
    marks = value["marks"]
    if not all(isinstance(each, Call) for each in calls) or not 0 < len(calls) <= MOST_CALLS:
        raise Unreadable("no calls")
    if len(marks) > MOST_MARKS:
        raise Unreadable("too many marks")
    Batch(tuple(calls))  # raises CheckError for fixtures that this package does not have
    return Prints(tuple(calls), tuple(_mark(each, len(calls)) for each in marks))


def _mark(value: Any, calls: int) -> Mark:
    aspects, on = tuple(map(str, value["aspects"])), str(value["grids"])
    tag = bytes.fromhex(value["tag"])
    fits = len(tag) == TAG_BYTES and len(on) == len(aspects) * calls and len(aspects) <= MOST_ASPECTS
    if not fits or re.fullmatch("[0-9a-f]*", on) is None:
        raise Unreadable("no mark")
    return Mark(aspects, on, tag, _bytes(value["sealed"]))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
