"""Frames: an encoded value with a header, over a stream socket.

    frame  = header | structure | payload (wire.py)
    header = magic 4s | kind u8 | token 16s | index u32 | structure length u32 | payload length u64

Trusted side to worker: RUN_CELL and ANSWER_CALLS, each with an unpredictable token. Worker to trusted side: READY once,
then CELL_RAN, or one ANSWER per call in order, with the token of its request and its index in it. Both lengths are held
against a cap before anything is allocated.
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


class Kind(IntEnum):
    READY = 1
    RUN_CELL = 2
    CELL_RAN = 3
    ANSWER_CALLS = 4
    ANSWER = 5
    FAILED = 6  # the child could not be locked down; comes in place of READY


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
    """Waits for `sock` until `deadline`, a time of `time.monotonic`."""

    def wait(event: int) -> None:
        left = deadline - time.monotonic()
        poll = select.poll()
        poll.register(sock, event)
        if left <= 0 or not poll.poll(left * 1000):
            raise WireTimeout("no answer in time")

    return wait


def send(
    sock: socket.socket, kind: int, token: bytes, index: int, encoded: Encoded, wait: Wait | None = None
) -> None:
    """Sends one frame. With `wait` the socket must be non-blocking; without, this blocks."""
    header = HEADER.pack(MAGIC, kind, token, index, len(encoded.structure), len(encoded.payload))
    small = len(encoded.payload) <= SMALL  # most answers: one system call instead of two
    parts = (
        (header + encoded.structure + encoded.payload,)
        if small
        else (header + encoded.structure, encoded.payload)
    )
    for part in parts:
        view = memoryview(part)
        while view:
            try:
                view = view[sock.send(view) :]
            except BlockingIOError:
                if wait is None:
                    raise
                wait(select.POLLOUT)
            except OSError as error:
                raise WireClosed(f"the other side is gone ({error.strerror})") from None


def receive(
    sock: socket.socket,
    wait: Wait | None = None,
    *,
    answer: bool = False,
    structure_cap: int = STRUCTURE_CAP,
    payload_cap: int = PAYLOAD_CAP,
) -> Frame:
    """Receives one frame; `wait` as in `send`, `answer` as in `decode`.

    Descriptors sent along are dropped by the kernel, because none are asked for.
    """
    magic, kind, token, index, structure_size, payload_size = HEADER.unpack(_exactly(sock, HEADER.size, wait))
    if magic != MAGIC:
        raise WireError("bytes that are no frame")
    if structure_size > structure_cap or payload_size > payload_cap:
        raise WireError(f"a frame of {structure_size + payload_size} bytes is over the limit")
    structure = _exactly(sock, structure_size, wait)
    payload = _exactly(sock, payload_size, wait)
    size = OBJECT_WEIGHT * structure_size + payload_size
    return Frame(kind, token, index, decode(structure, payload, answer=answer), size)


def _exactly(sock: socket.socket, count: int, wait: Wait | None) -> bytearray:
    buffer = bytearray(count)
    view = memoryview(buffer)
    got = 0
    while got < count:
        try:
            step = sock.recv_into(view[got:])
        except BlockingIOError:
            if wait is None:
                raise
            wait(select.POLLIN)
            continue
        except OSError as error:
            raise WireClosed(f"the other side is gone ({error.strerror})") from None
        if step == 0:
            raise WireClosed("the other side is gone")
        got += step
    return buffer
