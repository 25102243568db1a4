"""Attacks from inside: each is tried for real, and gets nothing."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.model import Call, Crashed, Outcome, Raised, Returned, TimedOut
from autograder.sandbox.jailed import Jailed, Sandbox
from autograder.sandbox.transport import answers
from tests.sandbox.conftest import QUICK, call, notebook


def raises(jailed: Jailed, body: str, *, context: str = "") -> str:
    """The exception that `body` ends with in a cell."""
    (result,) = jailed.run(notebook(f"import ctypes, os, socket, sys, time\n{context}\n{body}"))
    assert result.raised is not None, result.outputs
    return result.raised.type


# --- out of the process ----------------------------------------------------------------------------------------------

ESCAPES = {
    "fork": "os.fork()",
    "forkpty": "os.forkpty()",
    "exec": "os.execv('/usr/bin/python3', ['python3'])",
    "subprocess": "import subprocess; subprocess.run([sys.executable, '-c', '1'])",
    "posix_spawn": "os.posix_spawn(sys.executable, ['python'], {})",
    "multiprocessing": "import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start()",
    "system": "1 / (os.system('true') == 0)",
    "tcp": "socket.create_connection(('127.0.0.1', 80))",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "unix": "socket.socket(socket.AF_UNIX)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "datagram pair": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "download": "import urllib.request; urllib.request.urlopen('http://example.org')",
    "kill the zygote": "os.kill(os.getppid(), 9)",
    "kill everybody": "os.kill(-1, 9)",
    "kill the group": "os.killpg(0, 9)",
    "stop the zygote": "os.kill(os.getppid(), 19)",
    "kill by descriptor": "import signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)",
    "limits of the zygote": "import resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    "own limits": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "priority": "os.setpriority(os.PRIO_USER, 0, 19)",
    "affinity of the zygote": "os.sched_setaffinity(os.getppid(), {0})",
    "uid": "os.setuid(0)",
    "chroot": "os.chroot('.')",
    "mount": "assert not CALL(b'mount')",
    "shared memory": "from multiprocessing.shared_memory import SharedMemory as M; M(create=True, size=9)",
    "memfd": "os.memfd_create('x')",
    "device": "os.mknod('device')",
    "hostname": "socket.sethostname('x')",
    "own memory of pid 1": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "environment of pid 1": "open(f'/proc/{os.getppid()}/environ').read()",
    "descriptors of pid 1": "os.listdir(f'/proc/{os.getppid()}/fd')",
    "root of pid 1": "os.listdir(f'/proc/{os.getppid()}/root')",
    "scratches": "os.listdir('..')",
    "interpreter": "open(os.path.join(os.path.dirname(os.__file__), 'written'), 'w')",
    "package": "import autograder; open(autograder.__file__, 'a')",
    "root directory": "open('/written', 'w')",
    "dev": "open('/dev/written', 'w')",
    "shm": "open('/dev/shm/written', 'w')",
    "sys": "open('/proc/sys/kernel/core_pattern', 'w')",
    "disk": "open('big', 'wb').truncate(1 << 40)",
}


@pytest.mark.parametrize("body", ESCAPES.values(), ids=ESCAPES.keys())
def test_there_is_no_way_out(jailed: Jailed, body: str) -> None:
    expected = {
        "PermissionError",
        "FileNotFoundError",
        "OSError",
        "URLError",
        "ZeroDivisionError",
        "ValueError",
    }
    context = "import errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    context += "def CALL(name):\n    if libc[name.decode()](b'x', b'.', b'tmpfs', 0, None) < 0: raise OSError(ctypes.get_errno(), 'x')"
    assert raises(jailed, body, context=context) in expected


SYSCALLS = """
libc = ctypes.CDLL(None, use_errno=True); libc.syscall.restype = ctypes.c_long
def number(n, *arguments):
    ctypes.set_errno(0)
    return libc.syscall(ctypes.c_long(n), *[ctypes.c_ulong(a) for a in arguments]), ctypes.get_errno()
"""
HIGH = 1 << 32  # an int argument's upper half, which the kernel does not look at
DENIED_NUMBERS = {
    "tkill": (200, 1, 9),
    "tgkill": (234, 1, 1, 9),
    "prctl(DUMPABLE)": (157, 4, 1, 0, 0, 0),
    "prctl(DUMPABLE), disguised": (157, HIGH | 4, 1, 0, 0, 0),
    "prctl(PDEATHSIG)": (157, 1, 0, 0, 0, 0),
    "fcntl(F_SETOWN)": (72, 3, 8, 1),
    "fcntl(F_SETSIG), disguised": (72, 3, HIGH | 10, 9),
    "ioctl(FIOSETOWN)": (16, 3, 0x8901, 0),
    "ptrace": (101, 16, 1, 0, 0),
    "clone3": (435, 0, 0),
    "fchmodat2": (452, 0, 0, 0, 0),
    "a call that does not exist yet": (900,),
    "unshare": (272, 0x10000000),
    "clone into a namespace": (56, 0x10000000 | 17, 0, 0, 0, 0),
    "io_uring_setup": (425, 1, 0),
    "userfaultfd": (323, 0),
    "bpf": (321, 0, 0, 0),
    "keyctl": (250, 0, 0),
    "semget": (64, 0, 1, 512),
    "seccomp": (317, 1, 0, 0),
    "pidfd_getfd": (438, 0, 0, 0),
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
def test_system_calls_fail_by_number_too(jailed: Jailed) -> None:
    source = f"import ctypes\n{SYSCALLS}\ndef results(numbers): return [number(*each) for each in numbers]"
    jailed.run(notebook(source))
    outcome = call(jailed, "results", numbers=[list(each) for each in DENIED_NUMBERS.values()])
    assert isinstance(outcome, Returned)
    got = dict(zip(DENIED_NUMBERS, outcome.value, strict=True))
    assert {name: answer for name, answer in got.items() if answer not in ((-1, 1), (-1, 38))} == {}


def test_the_environment_and_the_descriptors_are_the_jails(
    jailed: Jailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWLABELS_TEST_SECRET", "gradebook")
    source = """
import os
def environment(): return dict(os.environ)
def is_open(number):
    try: os.fstat(number)
    except OSError: return False
    return True
def descriptors(): return [number for number in range(300) if is_open(number)]
"""
    jailed.run(notebook(source))
    environment = call(jailed, "environment")
    assert isinstance(environment, Returned)
    assert environment.value["HOME"] == environment.value["PWD"] or environment.value["PWD"] == "/"
    assert not [text for text in environment.value.values() if "gradebook" in text or str(Path.cwd()) in text]
    descriptors = call(jailed, "descriptors")
    assert isinstance(descriptors, Returned)
    assert descriptors.value == [0, 1, 2, 3]


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "gradebook.db"
    path.write_text(secrets.token_hex())
    for parent in (path, *path.parents):
        if parent.owner() == Path(tmp_path).owner() and parent != Path("/"):
            if parent in (Path("/tmp"), Path(tmp_path.anchor)):
                break
            parent.chmod(0o755 if parent.is_dir() else 0o666)
    yield path


def test_files_of_the_grader_are_not_there(jailed: Jailed, sentinel: Path) -> None:
    before = sentinel.read_text()
    for body in (
        f"open({str(sentinel)!r}).read()",
        f"open({str(sentinel)!r}, 'a').write('x')",
        f"os.unlink({str(sentinel)!r})",
        f"os.listdir({str(sentinel.parent)!r})",
        f"os.link({str(sentinel)!r}, 'link')",
        f"os.symlink({str(sentinel)!r}, 'link'); open('link').read()",
        f"open({str(Path(__file__))!r}).read()",
        f"open('/proc/{os.getpid()}/environ').read()",
    ):
        assert raises(jailed, body) in ("FileNotFoundError", "PermissionError"), body
    assert sentinel.read_text() == before
    assert sorted(path.name for path in sentinel.parent.iterdir()) == [sentinel.name]


def test_a_listener_of_this_machine_is_not_reached(jailed: Jailed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        assert (
            raises(jailed, f"socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))")
            == "PermissionError"
        )
        with pytest.raises(TimeoutError):
            server.accept()


def test_one_submission_leaves_nothing_for_the_next(sandbox: Sandbox) -> None:
    first, second = sandbox.session(QUICK), sandbox.session(QUICK)
    first.run(
        notebook("import os\nopen('answers', 'w').write('42')\nhere = os.getcwd()\ndef f(): return here")
    )
    place = call(first, "f").value  # type: ignore[union-attr]
    assert raises(second, f"open({place + '/answers'!r}).read()") == "PermissionError"
    first.close()
    assert raises(second, f"open({place + '/answers'!r}).read()") in ("FileNotFoundError", "PermissionError")
    second.close()


def test_the_scratch_is_bounded(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, scratch_bytes=8 << 20, cell_seconds=5.0))
    many = "import time\nfor i in range(40):\n    open(f'f{i}', 'wb').write(bytes(1 << 20))\ntime.sleep(3)"
    (result,) = session.run(notebook(many))
    session.close()
    assert result.crashed
    assert "scratch" in result.outputs[-1]["evalue"]


def test_memory_of_the_jail_holds_nothing_of_another_submission(sandbox: Sandbox) -> None:
    secret = secrets.token_hex(16)
    first = sandbox.session(QUICK)
    first.run(notebook(f"answer = {secret!r}"))
    second = sandbox.session(replace(QUICK, cell_seconds=10.0))
    scan = f"""
needle = bytes.fromhex({secret.encode().hex()[::-1]!r}[::-1])
found = 0
with open('/proc/self/mem', 'rb', 0) as memory:
    for line in open('/proc/self/maps'):
        span, rights = line.split()[:2]
        low, high = (int(end, 16) for end in span.split('-'))
        if rights.startswith('rw') and high - low < 1 << 28:
            try:
                memory.seek(low); found += memory.read(high - low).count(needle)
            except OSError: pass
print('found', found)
"""
    (result,) = second.run(notebook(scan))
    first.close()
    second.close()
    if result.raised is None:  # where its own memory can be read at all, only the needle itself is there
        assert "found" in result.outputs[0]["text"]
        assert int(result.outputs[0]["text"].split()[1]) <= 10
    else:
        assert result.raised.type == "PermissionError"


# --- through the wire ------------------------------------------------------------------------------------------------

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
def test_a_patched_worker_hurts_its_own_notebook_only(sandbox: Sandbox, body: str) -> None:
    spoilt = sandbox.session(replace(QUICK, cell_seconds=0.5, call_seconds=0.4, patience=2.0))
    results = spoilt.run(notebook("def f(x): return x", body, "print(1)"))
    assert len(results) == 3
    assert isinstance(call(spoilt, "f", x=1), Outcome)
    spoilt.close()
    honest = sandbox.session(QUICK)
    honest.run(notebook("def f(x): return x"))
    assert call(honest, "f", x=1).value == 1  # type: ignore[union-attr]
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
