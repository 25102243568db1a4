"""What an attack could reach if the boundary had a hole, and whether anything of it was touched.

A folder that every user of this machine may read and write, with a grade book and another submission in it; listeners on every
kind of socket; a process of the jail's own user; and every place where a file might be left.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

MARK = "fewlabels-hostile"  # begins the name of every file that an attack tries to leave
PLACES = ("/", "/tmp", "/var/tmp", "/dev/shm", "/run", os.path.dirname(os.__file__), os.path.expanduser("~"))
ROOT = Path(__file__).resolve().parents[2]


class World:
    def __init__(self, uid: int | None) -> None:
        self.place = Path(tempfile.mkdtemp(prefix=f"{MARK}-"))
        self.place.chmod(0o777)
        self.secret = secrets.token_hex(16)
        self._file("gradebook.db", self.secret)
        self._file("submitted/ada/tiny/tiny.ipynb", self.secret)
        self._file("solution.py", f"ANSWER = {self.secret!r}")
        self.private = self._file("private", self.secret)
        self.private.chmod(0o600)
        if (
            os.getuid() == 0 and uid is not None
        ):  # nothing but the boundary stands between the jail's user and these
            for path in (self.place, self.place / "gradebook.db"):
                os.chown(path, uid, uid)
        self.unix = str(self.place / "listener")
        self.abstract = f"{MARK}-{secrets.token_hex(4)}"
        self.listeners = {
            "tcp": _listening(socket.AF_INET, ("127.0.0.1", 0)),
            "unix": _listening(socket.AF_UNIX, self.unix),
            "abstract": _listening(socket.AF_UNIX, "\0" + self.abstract),
        }
        os.chmod(self.unix, 0o777)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.setblocking(False)
        self.victim = subprocess.Popen(
            ["sleep", "1000000"], cwd="/", env={}, user=uid if os.getuid() == 0 else None
        )
        self._before = self._seen()

    def facts(self, zygote: int | None, sibling: str) -> dict[str, Any]:
        """What the attacker is told, so that nothing is left to luck."""
        return {
            "place": str(self.place),
            "checkout": str(ROOT),
            "tcp": self.listeners["tcp"].getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "unix": self.unix,
            "private": str(self.private),
            "abstract": self.abstract,
            "grader": os.getpid(),
            "zygote": zygote,
            "victim": self.victim.pid,
            "sibling": sibling,
            "mark": MARK,
        }

    def touched(self) -> list[str]:
        """Everything that is not as it was; and from now on that is how it was."""
        now = self._seen()
        changes = [f"{name}: {self._before.get(name)} -> {now.get(name)}" for name in sorted({*now, *self._before})
                   if now.get(name) != self._before.get(name)]  # fmt: skip
        self._before = now
        return changes

    def close(self) -> None:
        for each in (*self.listeners.values(), self.udp):
            each.close()
        self.victim.send_signal(signal.SIGKILL)
        self.victim.wait()
        for place in PLACES:
            with contextlib.suppress(OSError):
                for name in (MARK, f"{MARK}.py"):
                    Path(place, name).unlink(missing_ok=True)
        shutil.rmtree(self.place)

    def _file(self, name: str, text: str) -> Path:
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o666)
        for parent in path.relative_to(self.place).parents:
            (self.place / parent).chmod(0o777)
        return path

    def _seen(self) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for path in (self.place, *sorted(self.place.rglob("*"))):
            facts = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            seen[f"file {path}"] = (
                oct(facts.st_mode),
                facts.st_uid,
                facts.st_nlink,
                facts.st_mtime_ns,
                content,
            )
        for place in (*PLACES, str(ROOT), str(ROOT / "autograder")):
            with contextlib.suppress(OSError):
                for name in os.listdir(place):
                    if name.startswith(MARK) and not name.startswith(self.place.name[: len(MARK) + 1]):
                        seen[f"left behind: {place}/{name}"] = True
        for name, listener in self.listeners.items():
            seen[f"listener {name}"] = _heard(listener)
        with contextlib.suppress(BlockingIOError):
            seen["listener udp"] = self.udp.recv(100)
        state = Path(f"/proc/{self.victim.pid}/stat").read_text().rpartition(")")[2].split()
        seen["victim"] = {
            "state": state[0].replace("R", "S"),
            "nice": state[16],
            "limit": _limits(self.victim.pid),
        }
        seen["grader"] = {"nice": os.nice(0), "limit": _limits(os.getpid())}
        return seen


def _listening(family: int, address: Any) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.bind(address)
    sock.listen()
    sock.setblocking(False)
    return sock


def _heard(listener: socket.socket) -> str:
    try:
        with listener.accept()[0]:
            return "somebody called"
    except BlockingIOError:
        return ""


def _limits(process: int) -> str:
    return Path(f"/proc/{process}/limits").read_text()
