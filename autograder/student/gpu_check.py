"""A program of one's own, run once on the CPU and once on the simulated GPU: does the second run end, and do values agree?

Both runs start from the same seeds, and the GPU draws from the CPU's generator: values agree up to rounding. They are
compared statement by statement, by the numbers and tensors that the program's own variables hold.
"""

from __future__ import annotations

import ast
import contextlib
import linecache
import math
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.environment import JAIL
from autograder.simulated_cuda import CudaTensor, Statistics, simulated_cuda
from autograder.submission import notebook

TOLERANCE = 1e-3  # relative: training amplifies rounding
SEED = 0


@dataclass(frozen=True)
class Part:
    """Some lines of a program that run together: one statement of a file, one cell of a notebook."""

    name: str
    code: str
    line: int  # of its first line in `name`

    @property
    def place(self) -> str:
        return f"{self.name}, line {self.line}"


@dataclass
class Run:
    """What one run came to: after each part, the numbers that its variables hold."""

    values: list[Mapping[str, tuple[float, ...]]] = field(default_factory=list)
    error: BaseException | None = None
    failed: Part | None = None
    statistics: Statistics | None = None

    @property
    def told(self) -> str:
        return f"{type(self.error).__name__}: {self.error}"


@dataclass(frozen=True)
class Difference:
    """The first variable that is another one on the GPU."""

    part: Part
    name: str
    on_cpu: float
    on_gpu: float


def parts(path: Path) -> list[Part]:
    """Return the statements of a Python file, or the cells of a notebook without their magics."""
    if path.suffix == ".ipynb":
        return _cells(path)
    text = path.read_text(encoding="utf-8")
    return _statements(path.name, text)


def _cells(path: Path) -> list[Part]:
    from IPython.core.inputtransformer2 import TransformerManager

    found = []
    for number, cell in enumerate(notebook.read(path).code, start=1):
        tree = ast.parse(TransformerManager().transform_cell(cell.source))
        tree.body = [node for node in tree.body if "get_ipython()" not in ast.unparse(node)]
        if tree.body:
            found.append(Part(f"{path.name}, cell {number}", cell.source, tree.body[0].lineno))
    return found


def _statements(name: str, text: str) -> list[Part]:
    return [Part(name, text, node.lineno) for node in ast.parse(text).body]


def run(
    path: Path, arguments: Sequence[str] = (), *, on_gpu: bool, progress: Callable[[Part], None] | None = None
) -> Run:
    """Run the program in this process, in its own folder, as `python path arguments` would.

    on_gpu     True: on a simulated GPU
    progress   is told what comes next
    """
    path = path.resolve()  # where we are changes
    done = Run()
    inside: Callable[[], AbstractContextManager[Any]] = simulated_cuda if on_gpu else nullcontext
    with _as_a_program(path, arguments) as namespace, contextlib.suppress(_Ended), inside() as seen:
        done.statistics = seen
        _seed()
        for part in parts(path):
            if progress is not None:
                progress(part)
            _execute(part, namespace, done)
    return done


class _Ended(BaseException):
    """The program ended in an error, which `Run.error` holds."""


def _execute(part: Part, namespace: dict[str, Any], done: Run) -> None:
    try:
        exec(_compiled(part), namespace)
    except SystemExit as error:
        if error.code not in (None, 0):
            done.error, done.failed = error, part
        raise _Ended from None
    except Exception as error:
        # as if it had left the simulated GPU: with the hint, and without the frames of the room
        simulated_cuda.tell(error)
        done.error, done.failed = error, part
        raise _Ended from None
    done.values.append(_numbers(namespace))


def _compiled(part: Part) -> Any:
    """Compiled with line numbers and source as tracebacks want them."""
    lines = part.code.splitlines(keepends=True)
    linecache.cache[part.name] = (len(part.code), None, lines, part.name)
    if ", cell " in part.name:
        from IPython.core.inputtransformer2 import TransformerManager

        tree = ast.parse(TransformerManager().transform_cell(part.code))
        tree.body = [node for node in tree.body if "get_ipython()" not in ast.unparse(node)]
    else:
        tree = ast.parse(part.code)
        tree.body = [node for node in tree.body if node.lineno == part.line]
    return compile(tree, part.name, "exec", flags=_future(part.code))


def _future(code: str) -> int:
    """`from __future__ import annotations` of the file, for each of its statements."""
    import __future__

    return __future__.annotations.compiler_flag if "from __future__ import annotations" in code else 0


def _seed() -> None:
    torch.manual_seed(SEED)
    np.random.seed(SEED)
    random.seed(SEED)


@contextlib.contextmanager
def _as_a_program(path: Path, arguments: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Its folder is where we are and the first place for imports; modules that it imports from there are its own."""
    import types

    import matplotlib

    matplotlib.use("Agg")  # a window would wait for a person
    folder = path.resolve().parent
    before, argv, modules = Path.cwd(), sys.argv, set(sys.modules)
    main, quiet = sys.modules["__main__"], os.environ.get(JAIL)
    module = types.ModuleType("__main__")
    module.__dict__.update({"__file__": str(path.resolve()), "display": print})
    os.chdir(folder)
    os.environ[JAIL] = "1"
    sys.path.insert(0, str(folder))
    sys.argv = [str(path), *arguments]
    sys.modules["__main__"] = module
    try:
        yield module.__dict__
    finally:
        sys.modules["__main__"] = main
        sys.argv = argv
        sys.path.remove(str(folder))
        os.chdir(before)
        if quiet is None:
            del os.environ[JAIL]
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]  # the other run imports them anew


# --- numbers


def _numbers(namespace: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    found = {}
    for name, value in namespace.items():
        if not name.startswith("_"):
            summary = _summary(value)
            if summary is not None:
                found[name] = summary
    return found


def _summary(value: Any) -> tuple[float, ...] | None:
    """A number as it is, a tensor or a list of numbers by its sum and its sum of absolute values."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | np.number):
        return (float(value),)
    if isinstance(value, torch.Tensor):
        plain = value.elem if isinstance(value, CudaTensor) else value.detach()
        if plain.layout != torch.strided or plain.is_complex() or plain.device.type != "cpu":
            return None
        plain = plain.double()
        return (float(plain.sum()), float(plain.abs().sum()))
    if isinstance(value, list) and value and all(type(each) in (int, float) for each in value):
        return (float(sum(value)), float(sum(map(abs, value))))
    return None


def difference(path: Path, on_cpu: Run, on_gpu: Run) -> Difference | None:
    """Find the first part of the program at `path` after which a variable of both runs holds other numbers.

    on_cpu, on_gpu   the runs
    """
    for part, cpu, gpu in zip(parts(path), on_cpu.values, on_gpu.values, strict=False):
        for name, here in cpu.items():
            there = gpu.get(name)
            if there is None or len(there) != len(here):
                continue
            scale = max(1.0, *map(abs, here))
            for a, b in zip(here, there, strict=True):
                both = math.isnan(a) and math.isnan(b)
                if not both and a != b and not abs(a - b) <= TOLERANCE * scale:
                    return Difference(part, name, a, b)
    return None
