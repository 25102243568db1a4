"""The worker's loop: one frame in, its answers out, until the other side is gone. All of it is untrusted."""

from __future__ import annotations

import importlib
import os
import socket
import time
from typing import Any

from autograder.model import Call, Raised
from autograder.sandbox.frames import Frame, Kind, packed, receive, send, send_bytes
from autograder.sandbox.outcomes import to_plain
from autograder.sandbox.wire import PAYLOAD_CAP, STRUCTURE_CAP, Encoded, WireClosed, encode
from autograder.sandbox.worker.answer import answer, raised
from autograder.sandbox.worker.cells import Cells

NO_TOKEN = bytes(16)
GROUP_SECONDS = 0.005  # answers that are ready within this time travel together
GROUP_BYTES = 1 << 16
TOO_LARGE = "what it returned is too large to be sent back"


def serve(sock: socket.socket, cells: Cells) -> None:
    """Answer the requests that come over `sock`. Never returns: the process ends with its socket."""
    send(sock, Kind.READY, NO_TOKEN, 0, encode(None))
    while True:
        try:
            frame = receive(sock)
            _answer(sock, frame, cells)
        except WireClosed:
            os._exit(0)


def _answer(sock: socket.socket, frame: Frame, cells: Cells) -> None:
    if frame.kind == Kind.RUN_CELL:
        ran = cells.run(frame.value["source"], frame.value["output_bytes"], figures=frame.value["figures"])
        send(sock, Kind.CELL_RAN, frame.token, frame.index, _bounded(ran))
    elif frame.kind in (Kind.ANSWER_CALLS, Kind.ANSWER_ONE_BY_ONE):
        _answer_calls(sock, frame, cells)
    elif frame.kind == Kind.WRITE_FILES:
        send(sock, Kind.FILES_WRITTEN, frame.token, frame.index, encode(_written(frame.value)))


def _written(files: list[tuple[str, bytes]]) -> str | None:
    """Writes files into the working directory, before any cell runs; what went wrong, or None."""
    try:
        for name, data in files:
            if "/" in name:
                os.makedirs(os.path.dirname(name), exist_ok=True)
            with open(name, "wb") as file:
                file.write(data)
        importlib.invalidate_caches()
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return None


def _answer_calls(sock: socket.socket, frame: Frame, cells: Cells) -> None:
    """A call that took long is known to be answered before the next one is made."""
    wait = GROUP_SECONDS if frame.kind == Kind.ANSWER_CALLS else 0.0
    group = bytearray()
    sent = time.monotonic()
    for index, call in enumerate(frame.value):
        group += packed(Kind.ANSWER, frame.token, index, _outcome(call, cells))
        if len(group) >= GROUP_BYTES or time.monotonic() - sent >= wait:
            send_bytes(sock, group)
            group = bytearray()
            sent = time.monotonic()
    send_bytes(sock, group)


def _outcome(call: Call, cells: Cells) -> Encoded:
    try:
        return _bounded(to_plain(answer(call, cells.namespace)))
    except BaseException as error:  # KeyboardInterrupt, MemoryError while encoding, objects that fight back
        return encode(to_plain(raised(error, cells.namespace)))


def _bounded(value: Any) -> Encoded:
    encoded = encode(value)
    if len(encoded.structure) > STRUCTURE_CAP or len(encoded.payload) > PAYLOAD_CAP:
        return encode(to_plain(Raised("ValueError", TOO_LARGE)))
    return encoded
