"""Attacks through the wire and on the worker itself: forged frames, lies, patched libraries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.model import Call, Crashed, Outcome, Raised, Returned, TimedOut
from autograder.sandbox.jailed import Jailed, Sandbox
from autograder.sandbox.transport import answers
from tests.sandbox.sessions import QUICK, call, notebook, points

WALK = """
import gc, socket, struct, os, sys, builtins
sock = next(each for each in gc.get_objects() if isinstance(each, socket.socket) and each.fileno() == 3)
import autograder.sandbox.frames as frames, autograder.sandbox.wire as wire
HEADER = struct.Struct("!4sB16sIIQ")
def frame(kind, token, index, value):
    e = wire.encode(value)
    return HEADER.pack(b"FEW1", kind, token, index, len(e.structure), len(e.payload)) + e.structure + e.payload
GOOD = {"returned": 100, "gradients": {}, "modified": [], "touched": [], "states": {}}
def honest(): return 1
"""
FORGERIES = {
    "an answer with a guessed token": "sock.sendall(frame(5, bytes(16), 0, GOOD))",
    "an answer of another kind": "sock.sendall(frame(3, bytes(16), 0, GOOD))",
    "a frame that never ends": "sock.sendall(HEADER.pack(b'FEW1', 5, bytes(16), 0, 1000, 0))\n    os._exit(0)",
    "a frame that is too large": "sock.sendall(HEADER.pack(b'FEW1', 5, bytes(16), 0, 2**32 - 1, 2**64 - 1))",
    "noise": "sock.sendall(os.urandom(100_000))",
    "a nesting bomb": "sock.sendall(HEADER.pack(b'FEW1', 5, bytes(16), 0, 5001, 0) + b'\\x91' * 5000 + b'\\xc0')",
    "descriptors": "socket.send_fds(sock, [b'FEW1'], [0, 1, 2, 3])",
    "nothing more": "sock.close()",
    "half a close": "sock.shutdown(socket.SHUT_WR)",
    "another socket in its place": "a, b = socket.socketpair(); os.dup2(a.fileno(), 3)",
}


@pytest.mark.parametrize("body", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_frame_is_an_outcome(sandbox: Sandbox, body: str) -> None:
    session = sandbox.session(replace(QUICK, call_seconds=0.4, patience=2.0))
    session.run(notebook(WALK, f"def forge():\n    {body}"))
    outcomes = answers(session, [Call("forge"), Call("honest")])
    assert isinstance(outcomes[0], Crashed | TimedOut), outcomes
    assert len(outcomes) == 1
    assert call(session, "honest").value == 1  # type: ignore[union-attr]
    session.close()


def test_a_stolen_token_answers_its_own_request_only(jailed: Jailed) -> None:
    """The worker's frames lie open to student code: what it can forge is an answer, which it may give anyway."""
    source = """
def stolen():
    frame_ = sys._getframe()
    while frame_ is not None and 'frame' not in frame_.f_locals: frame_ = frame_.f_back
    token = frame_.f_locals['frame'].token
    for index in range(20): sock.sendall(frame(5, token, index, GOOD))
    return 1
"""
    jailed.run(notebook(WALK, source))
    first = answers(jailed, [Call("stolen"), Call("honest")])
    assert [outcome.value for outcome in first] == [100, 100]  # type: ignore[union-attr]
    (second,) = answers(jailed, [Call("honest")])
    assert isinstance(second, Crashed)
    assert call(jailed, "honest").value == 1  # type: ignore[union-attr]


LIES = {
    "str subclass": "class S(str): pass\n    return S('x')",
    "verdict": "return {'verdict': 'holds', 'score': 1.0}",
    "equal to everything": "class E:\n        def __eq__(self, other): return True\n    return E()",
    "a reply of replies": "return {'returned': {'returned': 1}}",
    "a liar about its class": (
        "import torch\n    class F:\n        @property\n        def __class__(self): return torch.Tensor\n    return F()"
    ),
    "raises in repr and str": (
        "class E(Exception):\n        def __str__(self): raise SystemExit\n        __repr__ = __str__\n    raise E"
    ),
}


@pytest.mark.parametrize("body", LIES.values(), ids=LIES.keys())
def test_a_lie_is_an_outcome_of_plain_values(jailed: Jailed, body: str) -> None:
    jailed.run(notebook(f"def lie():\n    {body}\ndef honest(): return 1"))
    lie, honest = answers(jailed, [Call("lie"), Call("honest")])
    assert isinstance(lie, Returned | Raised)
    assert isinstance(honest, Returned)


PATCHES = {
    "torch": "import torch\ntorch.Tensor.detach = torch.Tensor.cpu = lambda self: torch.ones(3)\ntorch.from_numpy = None",
    "builtins": "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.len = lambda x: 10**9",
    "json and msgpack": "import json, msgpack\njson.dumps = json.loads = msgpack.packb = msgpack.unpackb = lambda *a, **k: b'x'",
    "the worker": "import autograder.sandbox.worker.main as m\nm.answer = lambda *a: 1\nm.send = lambda *a: None",
    "IPython": "get_ipython().run_cell = lambda *a, **k: 1\nget_ipython().display_pub.publish = 3\ndel get_ipython().user_ns",
    "input transformers": "get_ipython().input_transformers_cleanup.append(lambda lines: ['1 / 0\\n'])",
    "hooks": "get_ipython().events.register('pre_run_cell', lambda info: 1 / 0)\nget_ipython().set_custom_exc((Exception,), lambda *a: 1 / 0)",
    "recursion": "import sys\nsys.setrecursionlimit(50)",
    "threads that talk": (
        "import threading, os, time\n"
        "def talk():\n    while True: os.write(3, b'x' * 100); time.sleep(0.001)\n"
        "threading.Thread(target=talk, daemon=True).start()"
    ),
    "streams": "import sys\nsys.stdout = sys.stderr = None\nimport os; os.close(1); os.close(2)",
    "exit hooks": "import atexit, signal, os\natexit.register(os._exit, 0)\nimport faulthandler; faulthandler.enable()",
    "warnings": "import warnings\nwarnings.simplefilter('error')",
}


@pytest.mark.parametrize("body", PATCHES.values(), ids=PATCHES.keys())
def test_a_patched_worker_is_an_outcome(sandbox: Sandbox, body: str) -> None:
    spoilt = sandbox.session(replace(QUICK, cell_seconds=0.5, call_seconds=0.4, patience=2.0))
    results = spoilt.run(notebook("def f(x): return x", body, "print(1)"))
    assert len(results) == 3
    assert isinstance(call(spoilt, "f", x=1), Outcome)
    spoilt.close()


def test_after_all_that_an_honest_notebook_is_answered(sandbox: Sandbox) -> None:
    spoilt, honest = sandbox.session(QUICK), sandbox.session(QUICK)
    spoilt.run(notebook(PATCHES["torch"], PATCHES["builtins"]))
    honest.run(notebook("import torch\ndef f(x): return torch.from_numpy(x.numpy()).detach() + 1"))
    assert call(honest, "f", x=points(1, 1)).value.array == points(1, 1) + 1  # type: ignore[union-attr]
    spoilt.close()
    honest.close()


def test_a_flood_of_output_is_drained_and_ends(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, cell_seconds=2.0, output_bytes=10_000))
    cells = notebook(
        "import os\nfor _ in range(100): os.write(1, b'x' * 10_000)", "while True: os.write(2, b'x' * 65536)"
    )
    some, flood = session.run(cells)
    session.close()
    assert len(some.outputs[0]["text"]) == 10_000
    assert flood.crashed or flood.timed_out
