from __future__ import annotations

import array
import os
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from autograder.sandbox import frames, wire
from autograder.sandbox.frames import HEADER, MAGIC, Kind
from autograder.sandbox.wire import WireClosed, WireError, WireTimeout

TOKEN = bytes(range(16))


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def soon(sock: socket.socket, seconds: float = 0.2) -> frames.Wait:
    return frames.until(sock, time.monotonic() + seconds)


def test_a_frame_comes_back(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    frames.send(theirs, Kind.ANSWER, TOKEN, 7, wire.encode(["x" * 5000]))
    frame = frames.receive(ours, soon(ours))
    assert (frame.kind, frame.token, frame.index, frame.value) == (Kind.ANSWER, TOKEN, 7, ["x" * 5000])


def test_a_frame_larger_than_the_socket_buffer_comes_back(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    encoded = wire.encode(["x" * 3_000_000])
    sender = threading.Thread(target=frames.send, args=(theirs, Kind.ANSWER, TOKEN, 0, encoded))
    sender.start()
    assert frames.receive(ours, soon(ours, 5)).value == ["x" * 3_000_000]
    sender.join()


@pytest.mark.parametrize(
    ("structure", "payload"), [(wire.STRUCTURE_CAP + 1, 0), (0, wire.PAYLOAD_CAP + 1), (2**32 - 1, 2**64 - 1)]
)
def test_a_frame_over_the_limit_is_refused_before_it_is_read(
    pair: tuple[socket.socket, socket.socket], structure: int, payload: int
) -> None:
    ours, theirs = pair
    theirs.send(HEADER.pack(MAGIC, Kind.ANSWER, TOKEN, 0, structure, payload))
    with pytest.raises(WireError, match="limit"):
        frames.receive(ours, soon(ours))


def test_other_bytes_are_refused(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.send(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")
    with pytest.raises(WireError, match="no frame"):
        frames.receive(ours, soon(ours))


def test_a_reply_that_never_ends_times_out(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.send(HEADER.pack(MAGIC, Kind.ANSWER, TOKEN, 0, 100, 0) + b"x" * 99)
    with pytest.raises(WireTimeout):
        frames.receive(ours, soon(ours, 0.05))


def test_a_request_that_is_not_taken_times_out(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    with pytest.raises(WireTimeout):
        frames.send(ours, Kind.RUN_CELL, TOKEN, 0, wire.encode("x" * 10_000_000), soon(ours, 0.05))


def test_a_closed_socket_is_said_to_be_closed(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.close()
    with pytest.raises(WireClosed):
        frames.receive(ours, soon(ours))
    with pytest.raises(WireClosed):
        frames.send(ours, Kind.RUN_CELL, TOKEN, 0, wire.encode(1), soon(ours))


def test_descriptors_sent_along_are_dropped(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    before = len(os.listdir("/proc/self/fd"))
    encoded = wire.encode(1)
    whole = HEADER.pack(MAGIC, Kind.ANSWER, TOKEN, 0, len(encoded.structure), 0) + encoded.structure
    gift = array.array("i", [theirs.fileno()] * 20)
    theirs.sendmsg([whole], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, gift)])
    assert frames.receive(ours, soon(ours)).value == 1
    assert len(os.listdir("/proc/self/fd")) == before
