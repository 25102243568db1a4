"""Attacks from inside: each is tried for real, and gets nothing."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyseccomp
import pytest

from autograder.model import CellResult, Returned
from autograder.sandbox.jailed import Jailed, Sandbox
from tests.sandbox.sessions import QUICK, call, notebook


def raises(jailed: Jailed, *bodies: str) -> list[str | None]:
    """The exceptions that cells end with."""
    results = jailed.run(notebook("import os, socket, sys, time", *bodies))
    return [result.raised.type if result.raised else None for result in results[1:]]


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


ALLOWED = ("PermissionError", "FileNotFoundError", "OSError", "URLError", "ZeroDivisionError", "ValueError")
BEFORE = """
import ctypes, os, socket, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def CALL(name):
    if libc[name.decode()](b"x", b".", b"tmpfs", 0, None) < 0: raise OSError(ctypes.get_errno(), "x")
"""


@pytest.fixture(scope="module")
def escapes(sandbox: Sandbox) -> dict[str, CellResult]:
    """Every attempt as a cell of one notebook."""
    session = sandbox.session(QUICK)
    results = session.run(notebook(BEFORE, *ESCAPES.values()))
    session.close()
    return dict(zip(ESCAPES, results[1:], strict=True))


@pytest.mark.parametrize("name", ESCAPES)
def test_there_is_no_way_out(escapes: dict[str, CellResult], name: str) -> None:
    raised = escapes[name].raised
    assert raised is not None, escapes[name]
    assert raised.type in ALLOWED


HIGH = 1 << 32  # an int argument's upper half, which the kernel does not look at
CALLS: list[tuple[str | int, list[int]]] = [
    ("kill", [1, 9]),
    ("tkill", [1, 9]),
    ("tgkill", [1, 1, 9]),
    ("prctl", [4, 1]),  # PR_SET_DUMPABLE
    ("prctl", [HIGH | 4, 1]),
    ("prctl", [1, 0]),  # PR_SET_PDEATHSIG
    ("fcntl", [3, 8, 1]),  # F_SETOWN: whom the kernel sends SIGIO
    ("fcntl", [3, HIGH | 10, 9]),  # F_SETSIG: what it sends instead
    ("ioctl", [3, 0x8901, 0]),  # FIOSETOWN
    ("ptrace", [16, 1, 0, 0]),
    ("clone", [17]),
    ("clone", [0x10000000 | 17]),  # into a new user namespace
    ("clone3", [0, 0]),
    ("unshare", [0x10000000]),
    ("io_uring_setup", [1, 0]),
    ("userfaultfd", [0]),
    ("bpf", [0, 0, 0]),
    ("keyctl", [0, 0]),
    ("semget", [0, 1, 512]),
    ("seccomp", [1, 0, 0]),
    ("pidfd_getfd", [0, 0, 0]),
    ("memfd_create", [0, 0]),
    (452, [0, 0, 0, 0]),  # fchmodat2, too young for the list
    (900, []),
]
BY_NUMBER = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def result(number, arguments):
    ctypes.set_errno(0)
    return libc.syscall(ctypes.c_long(number), *map(ctypes.c_ulong, arguments)), ctypes.get_errno()
def results(calls): return [result(*each) for each in calls]
"""


def test_system_calls_fail_by_number_too(jailed: Jailed) -> None:
    native = pyseccomp.system_arch()
    numbers = [
        call if isinstance(call, int) else pyseccomp.resolve_syscall(native, call) for call, _ in CALLS
    ]
    jailed.run(notebook(BY_NUMBER))
    asked = [[number, arguments] for number, (_, arguments) in zip(numbers, CALLS, strict=True)]
    outcome = call(jailed, "results", calls=asked)
    assert isinstance(outcome, Returned)
    denied = ((-1, errno.EPERM), (-1, errno.ENOSYS))
    assert [
        (each, answer) for each, answer in zip(CALLS, outcome.value, strict=True) if answer not in denied
    ] == []


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
def sentinel() -> Iterator[Path]:
    """A file that every user of this machine could read and write."""
    with tempfile.TemporaryDirectory(prefix="fewlabels-test-") as directory:
        path = Path(directory) / "gradebook.db"
        path.write_text(secrets.token_hex())
        path.chmod(0o666)
        path.parent.chmod(0o777)
        yield path


def test_files_of_the_grader_are_not_there(jailed: Jailed, sentinel: Path) -> None:
    before = sentinel.read_text()
    got = raises(
        jailed,
        f"open({str(sentinel)!r}).read()",
        f"open({str(sentinel)!r}, 'a').write('x')",
        f"os.unlink({str(sentinel)!r})",
        f"os.listdir({str(sentinel.parent)!r})",
        f"os.link({str(sentinel)!r}, 'hard')",
        f"os.symlink({str(sentinel)!r}, 'soft'); open('soft').read()",
        f"open({str(Path(__file__))!r}).read()",
        f"open('/proc/{os.getpid()}/environ').read()",
    )
    assert [name for name in got if name not in ("FileNotFoundError", "PermissionError")] == []
    assert sentinel.read_text() == before
    assert sorted(path.name for path in sentinel.parent.iterdir()) == [sentinel.name]


def test_a_listener_of_this_machine_is_not_reached(jailed: Jailed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        assert raises(jailed, f"socket.create_connection(('127.0.0.1', {port}))") == ["PermissionError"]
        with pytest.raises(TimeoutError):
            server.accept()


def test_one_submission_leaves_nothing_for_the_next(sandbox: Sandbox) -> None:
    first, second = sandbox.session(QUICK), sandbox.session(QUICK)
    first.run(
        notebook("import os\nopen('answers', 'w').write('42')\nhere = os.getcwd()\ndef f(): return here")
    )
    place = call(first, "f").value  # type: ignore[union-attr]
    # The same path, but a file system of its own; where the kernel gives none, another path and Landlock.
    gone = (["FileNotFoundError"], ["PermissionError"])
    assert raises(second, f"open({place + '/answers'!r}).read()") in gone
    first.close()
    assert raises(second, f"open({place + '/answers'!r}).read()") in gone
    second.close()


def test_the_scratch_is_bounded(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, scratch_bytes=8 << 20, cell_seconds=5.0))
    many = "import time\nfor i in range(40):\n    open(f'f{i}', 'wb').write(bytes(1 << 20))\ntime.sleep(3)"
    (result,) = session.run(notebook(many))
    session.close()
    assert result.raised is not None
    assert "No space left" in result.raised.message


def test_deleted_files_that_stay_open_count(sandbox: Sandbox) -> None:
    session = sandbox.session(replace(QUICK, scratch_bytes=8 << 20))
    hidden = "import os\nkept = []\nfor i in range(40):\n    kept.append(open('f', 'wb', 0)); os.unlink('f')\n    kept[-1].write(bytes(1 << 20))"
    (result,) = session.run(notebook(hidden, "import os; print(os.statvfs('.').f_bavail)"))[:1]
    session.close()
    assert result.raised is not None
    assert "No space left" in result.raised.message


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
