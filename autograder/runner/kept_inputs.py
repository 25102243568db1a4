"""Inputs of checks, drawn once in their life: what a check draws under a seed is kept in a folder and read from there.

A file per check and seed, named by all that decides what is drawn: the check as it is written, the code that draws, the versions
of Python, Hypothesis and numpy. Values lie there as they cross the boundary (`sandbox.wire`), and a dataclass as its name and its fields;
nothing in a file is code. What does not come back as it was is not kept, and what is cut short, changed or of somebody else's making
is drawn anew.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis
import msgpack
import numpy as np

from autograder import atomic
from autograder.course.folders import WORKSHOP
from autograder.laws.registry import Check
from autograder.model import Fixture, Tensor
from autograder.runner import digests
from autograder.runner.drawing import Drawn, seed_of
from autograder.sandbox import wire

FORMAT = 1
SUFFIX = ".inputs"
MOST_BYTES = 64 << 20  # of a folder; a seed of an assignment takes about one mebibyte
Name = Callable[[Check, int], str | None]
# whose dataclasses are built from a file
ROOMS = ("autograder.laws.", "autograder.checks.", "autograder.hidden.")


class KeptInputs:
    """Keeps what checks have drawn in `folder`.

    writes   False: nothing is written
    name     how a file is called, by its check and the course's seed
    """

    def __init__(self, folder: Path, *, writes: bool = True, name: Name | None = None) -> None:
        self._folder = folder
        self._writes = writes
        self._name = name or key
        self._tidy = False

    def read(self, check: Check, course_seed: int) -> Sequence[Drawn] | None:
        """Return what `check` draws under the course's seed; None where it is not kept, or not whole."""
        path = self._path(check, course_seed)
        if path is None:
            return None
        try:
            found = _loads(path.read_bytes(), path.stem)
        except Exception:  # not there, or nothing that we wrote
            return None
        if self._writes:
            with suppress(OSError):
                os.utime(path)  # the oldest go first
        return found

    def keep(self, check: Check, course_seed: int, drawn: Sequence[Drawn]) -> None:
        """Write down what `check` has `drawn` under `course_seed`, if that can be done: nothing but time is lost."""
        path = self._path(check, course_seed) if self._writes else None
        if path is None:
            return
        raw = dumps(drawn, path.stem)
        if raw is None:
            return
        with suppress(OSError):
            atomic.write(path, raw)
            if not self._tidy:
                self._tidy = True
                _drop_oldest(self._folder)

    def _path(self, check: Check, course_seed: int) -> Path | None:
        name = self._name(check, course_seed)
        return None if name is None else self._folder / f"{name}{SUFFIX}"


def of_course(course: Path, *, writes: bool = True) -> KeptInputs:
    """Return the inputs that are kept in a course directory. `writes`: what is drawn is kept there, too."""
    return KeptInputs(course / WORKSHOP / "inputs", writes=writes)


def shipped(folder: Path) -> KeptInputs:
    """Return what a release has put into `folder` for students, as public checks draw it."""
    return KeptInputs(folder, writes=False, name=shipped_key)


def key(check: Check, course_seed: int) -> str | None:
    """Return the name of what `check` draws under the course's seed; None where it cannot be told, as without its source."""
    if not check.strategies or not digests.has_source(check):
        return None
    versions = f"{platform.python_version()} {hypothesis.__version__} {np.__version__}"
    return _hashed(check, course_seed, f"{digests.of_check(check)} {versions}")


def shipped_key(check: Check, course_seed: int) -> str | None:
    """Return the name that holds on any machine where the public checks are the same, whatever its versions are.

    For a person's own checks of a notebook, inputs that another Hypothesis has drawn are as good.
    """
    if not check.strategies or check.visibility != "public":
        return None
    return _hashed(check, course_seed, f"{check.examples} {digests.of_public_checks(check.assignment)}")


def _hashed(check: Check, course_seed: int, what: str) -> str:
    whole = f"{FORMAT} {seed_of(check, course_seed)} {digests.of_drawing()} {what}"
    return hashlib.sha256(whole.encode()).hexdigest()[:40]


def dumps(drawn: Sequence[Drawn], name: str) -> bytes | None:
    """Return what was `drawn` as the bytes of the file `name`; None where it would not come back as it is."""
    values = [dict(each) for each in drawn]
    try:
        encoded = wire.encode(_plain(values))
        same = _same(values, _restored(wire.decode(encoded.structure, encoded.payload)))
    except Exception:  # a course's own check may draw anything
        return None
    if not same:
        return None
    digest = _digest(name, encoded.structure, encoded.payload)
    return bytes(msgpack.packb([digest, encoded.structure, encoded.payload]))


def _loads(raw: bytes, name: str) -> Sequence[Drawn]:
    digest, structure, payload = msgpack.unpackb(raw)
    if digest != _digest(name, structure, payload):
        raise ValueError("not as it was written")
    return _restored(wire.decode(structure, payload))  # type: ignore[no-any-return]


def _digest(name: str, structure: bytes, payload: bytes) -> bytes:
    whole = hashlib.sha256(name.encode())
    for part in (structure, payload):
        whole.update(hashlib.sha256(part).digest())
    return whole.digest()


def _plain(value: Any) -> Any:
    """With fixtures in place of dataclasses; a colon in the name tells them from real ones."""
    if isinstance(value, Fixture):
        return value
    if dataclasses.is_dataclass(value):
        fields = {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
        return Fixture(f"{type(value).__module__}:{type(value).__qualname__}", fields)
    if type(value) in (list, tuple):
        return type(value)(_plain(each) for each in value)
    if type(value) is dict:
        return {name: _plain(each) for name, each in value.items()}
    return value


def _restored(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.array.copy()  # what is drawn can be written to
    if isinstance(value, Fixture):
        parameters = {name: _restored(each) for name, each in value.parameters.items()}
        return _class(value.kind)(**parameters) if ":" in value.kind else Fixture(value.kind, parameters)
    if isinstance(value, list | tuple):
        return type(value)(_restored(each) for each in value)
    if isinstance(value, dict):
        return {name: _restored(each) for name, each in value.items()}
    return value


def _class(name: str) -> Any:
    module, _, path = name.partition(":")
    if not module.startswith(ROOMS):
        raise ValueError(f"{module} is no module of inputs")
    found = getattr(sys.modules[module], path)
    if not (isinstance(found, type) and dataclasses.is_dataclass(found) and found.__module__ == module):
        raise ValueError(f"{path} is no dataclass of {module}")
    return found


def _same(one: Any, other: Any) -> bool:
    """To the last bit, and of the same types."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        alike = (one.dtype, one.shape) == (other.dtype, other.shape)
        return alike and one.tobytes() == other.tobytes()
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(_same(one[name], other[name]) for name in one)
    if dataclasses.is_dataclass(one):
        return all(
            _same(getattr(one, each.name), getattr(other, each.name)) for each in dataclasses.fields(one)
        )
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other) and repr(one) == repr(other)  # -0.0 is no 0.0


def _drop_oldest(folder: Path) -> None:
    """Keep the folder below its bound; what was not used for longest goes first."""
    files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    total = 0
    for path in files:
        total += path.stat().st_size
        if total > MOST_BYTES:
            path.unlink(missing_ok=True)
