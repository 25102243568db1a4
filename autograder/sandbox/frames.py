"""Frames: an encoded value with a header, over a stream socket.

    frame  = header | structure | payload (wire.py)
    header = magic 4s | kind u8 | token 16s | index u32 | structure length u32 | payload length u64

Trusted side to worker: WRITE_FILES, RUN_CELL, ANSWER_CALLS and ANSWER_ONE_BY_ONE, each with an unpredictable token. Worker to
trusted side: READY once, then FILES_WRITTEN, CELL_RAN, or one ANSWER per call in order, with the token of its request and its
index in it. Both lengths are held against a cap before anything is allocated.

Answers that are ready within a few milliseconds travel together, unless they were asked for one by one.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from autograder.sandbox.wire import (
    PAYLOAD_CAP,
    STRUCTURE_CAP,
    Encoded,
    WireClosed,
    WireError,
    WireTimeout,
    decode,
)

MAGIC = b"FEW1"
HEADER = struct.Struct("!4sB16sIIQ")
TOKEN_BYTES = 16
OBJECT_WEIGHT = 32
SMALL = 1 << 16
PIECE = 1 << 18  # read at most so much at once beyond what is waited for


class Kind(IntEnum):
    READY = 1
    RUN_CELL = 2
    CELL_RAN = 3
    ANSWER_CALLS = 4
    ANSWER = 5
    ANSWER_ONE_BY_ONE = 7  # as ANSWER_CALLS, but each answer is sent before the next call is made
    FAILED = 6  # the child could not be locked down; comes in place of READY
    WRITE_FILES = 8  # what lies beside the notebook, before any cell
    FILES_WRITTEN = 9


@dataclass(frozen=True)
class Frame:
    kind: int
    token: bytes
    index: int
    value: Any
    size: int  # of structure and payload, in bytes; an item of the structure weighs more once it is an object


# Blocks until the socket is ready for `select.POLLIN` or `select.POLLOUT`, or raises `WireTimeout`.
Wait = Callable[[int], None]


def until(sock: socket.socket, deadline: float) -> Wait:
    """Return a function that waits for `sock` until `deadline`, a time of `time.monotonic`."""

    def wait(event: int) -> None:
        left = deadline - time.monotonic()
        poll = select.poll()
        poll.register(sock, event)
        if left <= 0 or not poll.poll(left * 1000):
            raise WireTimeout("no answer in time")

    return wait


def packed(kind: int, token: bytes, index: int, encoded: Encoded) -> bytes:
    """Return one frame as bytes: its header (`kind`, `token`, `index`) and the value `encoded`."""
    header = HEADER.pack(MAGIC, kind, token, index, len(encoded.structure), len(encoded.payload))
    return b"".join((header, encoded.structure, encoded.payload))


def send(
    sock: socket.socket, kind: int, token: bytes, index: int, encoded: Encoded, wait: Wait | None = None
) -> None:
    """Send one frame over `sock`: its header (`kind`, `token`, `index`) and the value `encoded`.

    wait   is called where the socket, which is non-blocking then, takes no more; without it this blocks

    Raises `WireClosed` where the other side is gone.
    """
    if len(encoded.payload) <= SMALL:  # most: one system call instead of two
        send_bytes(sock, packed(kind, token, index, encoded), wait)
        return
    header = HEADER.pack(MAGIC, kind, token, index, len(encoded.structure), len(encoded.payload))
    send_bytes(sock, header + encoded.structure, wait)
    send_bytes(sock, encoded.payload, wait)


def send_bytes(sock: socket.socket, data: bytes | bytearray, wait: Wait | None = None) -> None:
    """Send `data`, whole frames, over `sock`; `wait` and errors as for `send`."""
    view = memoryview(data)
    while view:
        try:
            view = view[sock.send(view) :]
        except BlockingIOError:
            if wait is None:
                raise
            wait(select.POLLOUT)
        except OSError as error:
            raise WireClosed(f"the other side is gone ({error.strerror})") from None


class Receiver:
    """Frames off a stream socket, which is read in large pieces: what lies there beyond a frame is kept for the next.

    `waited` counts how often something had to be read. Descriptors sent along are dropped by the kernel, because none
    are asked for.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()
        self._start = 0
        self.waited = 0

    def receive(
        self,
        wait: Wait | None = None,
        *,
        answer: bool = False,
        structure_cap: int = STRUCTURE_CAP,
        payload_cap: int = PAYLOAD_CAP,
    ) -> Frame:
        """Return the next frame.

        wait                         as for `send`
        answer                       as for `decode`
        structure_cap, payload_cap   how many bytes are accepted

        Raises `WireClosed` where the other side is gone, `WireError` for what is no frame or too large.
        """
        self._have(HEADER.size, wait)
        magic, kind, token, index, structure_size, payload_size = HEADER.unpack_from(
            self._buffer, self._start
        )
        if magic != MAGIC:
            raise WireError("bytes that are no frame")
        if structure_size > structure_cap or payload_size > payload_cap:
            raise WireError(f"a frame of {structure_size + payload_size} bytes is over the limit")
        self._have(HEADER.size + structure_size + payload_size, wait)
        middle = self._start + HEADER.size + structure_size
        structure = self._buffer[self._start + HEADER.size : middle]
        payload = self._buffer[middle : middle + payload_size]
        self._start = middle + payload_size
        if self._start == len(self._buffer) or self._start > PIECE:
            del self._buffer[: self._start]
            self._start = 0
        size = OBJECT_WEIGHT * structure_size + payload_size
        return Frame(kind, token, index, decode(structure, payload, answer=answer), size)

    def _have(self, count: int, wait: Wait | None) -> None:
        """Read until `count` bytes lie in the buffer; never ask for more than `PIECE` bytes beyond."""
        while (missing := count - (len(self._buffer) - self._start)) > 0:
            try:
                found = self._sock.recv(max(PIECE, min(missing, 8 * PIECE)))
            except BlockingIOError:
                if wait is None:
                    raise
                wait(select.POLLIN)
                continue
            except OSError as error:
                raise WireClosed(f"the other side is gone ({error.strerror})") from None
            if not found:
                raise WireClosed("the other side is gone")
            self.waited += 1
            self._buffer += found


def receive(
    sock: socket.socket,
    wait: Wait | None = None,
    *,
    answer: bool = False,
    structure_cap: int = STRUCTURE_CAP,
    payload_cap: int = PAYLOAD_CAP,
) -> Frame:
    """Return a frame off `sock` that nothing follows before it is answered.

    wait, answer, structure_cap, payload_cap   and errors as for `Receiver.receive`
    """
    return Receiver(sock).receive(wait, answer=answer, structure_cap=structure_cap, payload_cap=payload_cap)
