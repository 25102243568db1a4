"""The corpus of tests/simulated_cuda/programs: programs in percent format, each with what CUDA does, and where that stands.

# %% NAME | accepts | SOURCE                  runs, with the values of the CPU
# %% NAME | accepts on cuda | SOURCE          runs on CUDA; without it, it cannot
# %% NAME | refuses: PATTERN | SOURCE         raises, and the message holds the regular expression
"""

from __future__ import annotations

import contextlib
import io
import linecache
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

FOLDER = Path(__file__).parents[2] / "tests" / "simulated_cuda" / "programs"
HEAD = re.compile(r"^# %% (\w+) \| ([^|]+?(?:\|[^ ][^|]*?)*) \| (.+)$", re.MULTILINE)

PRELUDE = """
import copy, io, math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
shown = []
X, Y = torch.randn(12, 4), torch.arange(12) % 3


def show(*values):
    shown.extend(float(value) for value in values)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.body = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU())
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.body(x))


def train(kind, lr=1e-2, **options):
    net = Net().to(device)
    optimizer = kind(net.parameters(), lr=lr, **options)
    for _ in range(3):
        loss = F.cross_entropy(net(X.to(device)), Y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        show(loss.item())
"""


@dataclass(frozen=True)
class Program:
    """`pattern`: what the message of a refusal holds; None where CUDA accepts. `source`: where that stands."""

    name: str
    code: str
    pattern: str | None
    source: str
    only_on_cuda: bool
    file: str
    line: int


@dataclass(frozen=True)
class Outcome:
    """What a program showed, or the error that ended it."""

    shown: tuple[float, ...] = ()
    error: BaseException | None = None

    @property
    def message(self) -> str:
        return "" if self.error is None else f"{type(self.error).__name__}: {self.error}"


def read_all(folder: Path = FOLDER) -> tuple[Program, ...]:
    return tuple(program for path in sorted(folder.glob("*.py")) for program in _read(path))


def _read(path: Path) -> list[Program]:
    text = path.read_text(encoding="utf-8")
    heads = list(HEAD.finditer(text))
    if len(heads) != text.count("\n# %% "):
        raise ValueError(f"{path}: a line `# %% NAME | OUTCOME | SOURCE` cannot be read")
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return [_program(path, text, head, text[head.end() : end]) for head, end in zip(heads, ends, strict=True)]


def _program(path: Path, text: str, head: re.Match[str], code: str) -> Program:
    outcome = head[2].strip()
    refuses = outcome.removeprefix("refuses: ") if outcome.startswith("refuses: ") else None
    if refuses is None and outcome not in ("accepts", "accepts on cuda"):
        raise ValueError(f"{path}: {head[1]} has the unknown outcome {outcome!r}")
    line = text.count("\n", 0, head.start()) + 1
    return Program(head[1], code, refuses, head[3].strip(), outcome == "accepts on cuda", path.name, line)


def run(program: Program, inside: Callable[[], AbstractContextManager[Any]] = nullcontext) -> Outcome:
    """The program in a namespace of its own, under `inside`."""
    name = f"<{program.file}: {program.name}>"
    lines = program.code.splitlines(keepends=True)
    linecache.cache[name] = (len(program.code), None, lines, name)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    state = torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic
    try:
        with contextlib.redirect_stdout(io.StringIO()), inside():
            exec(compile(PRELUDE, "<prelude>", "exec"), namespace)
            exec(compile(program.code, name, "exec"), namespace)
    except Exception as error:
        return Outcome(error=error)
    finally:
        torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = state
    return Outcome(tuple(namespace["shown"]))


def judged(program: Program, on_cpu: Outcome, on_cuda: Outcome, tolerance: float) -> str | None:
    """What is wrong with an outcome on CUDA, real or simulated; None where it is what the line says."""
    if program.pattern is not None:
        if on_cuda.error is None:
            return "accepted, and CUDA refuses it"
        return None if re.search(program.pattern, on_cuda.message) else f"another message: {on_cuda.message}"
    if on_cuda.error is not None:
        return f"refused, and CUDA accepts it: {on_cuda.message}"
    if program.only_on_cuda:
        return None if on_cuda.shown and on_cuda.shown[0] else f"showed {on_cuda.shown}"
    if len(on_cpu.shown) != len(on_cuda.shown) or not on_cpu.shown:
        return f"showed {on_cuda.shown}, on the CPU {on_cpu.shown}"
    far = [
        (a, b)
        for a, b in zip(on_cpu.shown, on_cuda.shown, strict=True)
        if abs(a - b) > tolerance * max(1.0, abs(a))
    ]
    return None if not far else f"showed {far[0][1]:.6g}, on the CPU {far[0][0]:.6g}"
