"""One input, tried; and as many random changes of valid inputs as are asked for."""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import random
import resource
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.progress import track

from benchmarks.fuzz.targets import TARGETS, Target

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    3,
    10**30,
    1e308,
    float("nan"),
    "",
    "code",
    "raw",
    "\ud800",
    "\x00",
    [],
    {},
    [[]],
    {"a": None},
    ["x", 1],
)
LONGEST = 1 << 14  # of a mutated input: long ones are tested by hand (tests/sandbox/test_wire.py)


@dataclass
class Tally:
    inputs: int = 0
    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    grown_mebibytes: float = 0.0
    guided: str = "nothing"
    findings: int = 0

    def row(self, name: str) -> list[str]:
        counts = [f"{each:,}" for each in (self.inputs, self.read, self.refused)]
        size = f"{self.grown_mebibytes:.0f} MiB"
        return [name, *counts, f"{1000 * self.slowest:.0f} ms", size, self.guided, str(self.findings)]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read_back(cls, path: Path) -> Tally:
        return cls(**json.loads(path.read_text()))


class Trial:
    """Tries inputs one after another and counts; an input that breaks a promise is kept as a file."""

    def __init__(self, target: Target, seconds: float, mebibytes: int, findings: Path) -> None:
        self.target = target
        self.seconds = seconds
        self.mebibytes = mebibytes
        self.findings = findings
        self.tally = Tally()
        self._errors: Counter[str] = Counter()
        self._began = _resident()

    def __call__(self, data: bytes) -> None:
        self.tally.inputs += 1
        start = time.process_time()
        try:
            self.target.read(data)
            self.tally.read += 1
        except self.target.refuses:
            self.tally.refused += 1
        except Exception as error:
            self._found(data, f"{type(error).__name__}: {error}")
        took = time.process_time() - start
        self.tally.slowest = max(self.tally.slowest, took)
        self.tally.grown_mebibytes = _resident() - self._began
        if took > self.seconds:
            self._found(data, f"it took {took:.1f} s")
        if self.tally.grown_mebibytes > self.mebibytes:
            self._found(data, f"memory grew by {self.tally.grown_mebibytes:.0f} MiB")
            self._began = _resident()

    def _found(self, data: bytes, why: str) -> None:
        self.tally.findings += 1
        self._errors[why[:40]] += 1
        if self._errors[why[:40]] <= 3:  # of one kind
            name = hashlib.sha256(data).hexdigest()[:16]
            (self.findings / name).write_bytes(data)
            (self.findings / f"{name}.txt").write_text(why + "\n")


def run(name: str, count: int, given: argparse.Namespace, findings: Path) -> Tally:
    """Tries `count` random changes of the target's seeds."""
    target = TARGETS[name]
    trial = Trial(target, given.seconds, given.mebibytes, findings)
    chance = random.Random(f"{name}/{given.seed}")
    for _ in track(range(count), description=name, transient=True):
        trial(mutated(target, chance))
    return trial.tally


def mutated(target: Target, chance: random.Random) -> bytes:
    """A seed with some changes: values replaced where it is JSON, bytes replaced, cut, doubled, tokens put in, seeds spliced."""
    data = bytearray(chance.choice(target.seeds))
    changes = chance.randint(1, 8)
    if target.json and chance.random() < 0.7:
        data = bytearray(_revalued(data, target, chance))
        changes = chance.choice((0, 0, 0, 1))
    for _ in range(changes):
        kind = chance.randrange(6)
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randint(1, 32))
        if kind == 0 and data:
            data[min(at, len(data) - 1)] = chance.randrange(256)
        elif kind == 1:
            del data[at:end]
        elif kind == 2:
            data[at:at] = data[at:end] * chance.randint(1, 20)
        elif kind == 3:
            data[at:end] = chance.choice(target.tokens)
        elif kind == 4:
            data[at:at] = chance.choice(target.tokens)
        else:
            other = chance.choice(target.seeds)
            data[at:] = other[chance.randrange(len(other)) :]
    return bytes(data[:LONGEST])


def _revalued(data: bytearray, target: Target, chance: random.Random) -> bytes:
    """The same JSON with one to four of its values replaced by odd ones."""
    text = json.loads(data)
    for _ in range(chance.randint(1, 4)):
        place = text
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = chance.choice(keys)
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or chance.random() < 0.2:
                break
            place = inner
        place[key] = copy.deepcopy(chance.choice(ODD))
        if not text:
            break
    return json.dumps(text).encode()


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
