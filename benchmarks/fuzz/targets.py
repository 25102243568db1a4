"""The readers of hostile bytes, each with valid inputs to begin with: frames from a worker, notebooks from a student."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import nbformat  # noqa: F401 - the reader imports it for old notebooks only, which would count as a slow input
import numpy as np

from autograder.errors import NotebookError
from autograder.model import Opaque, Raised, Returned, Tensor
from autograder.sandbox import frames, wire
from autograder.sandbox.frames import HEADER, MAGIC, Kind
from autograder.sandbox.outcomes import cell_from_plain, from_plain, to_plain
from autograder.sandbox.wire import WireError
from autograder.submission import notebook


@dataclass(frozen=True)
class Target:
    """`read` raises `refuses` for what it does not accept; `tokens` are pieces that mutations put in."""

    read: Callable[[bytes], object]
    refuses: type[Exception]
    seeds: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    json: bool = False


class _Socket:
    """A socket whose other side has sent `data` and is gone."""

    def __init__(self, data: bytes) -> None:
        self._left = memoryview(data)

    def recv(self, count: int) -> bytes:
        found = bytes(self._left[:count])
        self._left = self._left[count:]
        return found


def read_frame(data: bytes) -> object:
    """What the supervisor makes of bytes on a worker's socket: a frame, and an outcome or a cell's result of it."""
    frame = frames.receive(_Socket(data), answer=True)  # type: ignore[arg-type]
    if frame.kind == Kind.CELL_RAN:
        return cell_from_plain(0, frame.value, "")
    return from_plain(frame.value)


def read_notebook(data: bytes) -> object:
    return notebook.parse(data, "submission.ipynb")


def frame_of(value: object, kind: Kind = Kind.ANSWER) -> bytes:
    encoded = wire.encode(value)
    header = HEADER.pack(MAGIC, kind, bytes(16), 0, len(encoded.structure), len(encoded.payload))
    return header + encoded.structure + encoded.payload


def _frames() -> tuple[bytes, ...]:
    x = Tensor(np.arange(6, dtype=np.float32).reshape(2, 3), "float32")
    odd = [Tensor(np.zeros(2, wire.DTYPES[dtype]), dtype) for dtype in wire.DTYPES if dtype != "bfloat16"]
    outcomes: list[Returned | Raised] = [
        Returned(
            (x, [1, -2.5, None, True, "text"], {"key": (x,)}), {"x": x}, ("x",), ("torch",), {"net": {"a": x}}
        ),
        Returned([odd, Opaque("some.Type"), "long " * 300, b"bytes", 2**62, float("nan")]),
        Raised("ValueError", "no", "line 1 of its cell: x"),
    ]
    bundle = {
        "output_type": "display_data",
        "data": {"text/html": "<b>x</b>", "application/json": {"a": [1]}},
    }
    stream = {"output_type": "stream", "name": "stdout", "text": "x"}
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]}
    ran = {"outputs": [stream, bundle, error], "raised": {"type": "E", "message": "m", "where": None}}
    return (*(frame_of(to_plain(each)) for each in outcomes), frame_of(ran, Kind.CELL_RAN))


def _notebooks() -> tuple[bytes, ...]:
    marks = {"grade_id": "a_checks", "points": 3, "grade": True, "locked": True, "schema_version": 3}
    cells = [
        {"cell_type": "markdown", "source": ["# A\n", "B"], "metadata": {}},
        {"cell_type": "code", "source": "x = 1", "metadata": {"tags": ["parameters"]}, "outputs": []},
        {
            "cell_type": "code",
            "source": "check('a')",
            "metadata": {"nbgrader": marks},
            "execution_count": None,
        },
    ]
    new = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3"}},
        "cells": cells,
    }
    code = {"cell_type": "code", "input": "x", "language": "python", "outputs": [], "metadata": {}}
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": [code], "metadata": {}}],
    }
    return tuple(json.dumps(each).encode() for each in (new, old, {**new, "nbformat": 2}))


TARGETS = {
    "frames": Target(
        read_frame,
        WireError,
        _frames(),
        (b"\xdd\xff\xff\xff\xff", b"\xc9\x00\x00\x00\x01\x01", b"\xd4\x02\x90", b"\x91", b"\x80", b"\xa8returned",
         b"\xa6raised", b"\xc7\x00\x07", b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", MAGIC, b"\xff\xff\xff\xff"),
    ),
    "notebooks": Target(
        read_notebook,
        NotebookError,
        _notebooks(),
        (b'"nbformat": 3', b'"nbformat": 1', b'"cells": ', b'"source": ', b"null", b"[]", b"{}", b"1e999", b"NaN", b"-1",
         b'"\\ud800"', b'"worksheets": ', b'"metadata": ', b"[[[[", b'"cell_type": "code"', b"\xef\xbb\xbf", b"\xff\xfe"),
        json=True,
    ),
}  # fmt: skip
