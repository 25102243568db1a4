"""`autograder gpu-check PROGRAM`: would this program run on a GPU, and give the same?"""

from __future__ import annotations

import contextlib
import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.errors import GraderError, UsageError
from autograder.simulated_cuda import unsupported
from autograder.student import gpu_check as checking
from autograder.student.gpu_check import Difference, Run


@app.command("gpu-check")
def gpu_check(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PROGRAM", exists=True, dir_okay=False, help="A Python file (.py) or a notebook (.ipynb)."
        ),
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- ARGUMENTS]", help="Arguments of the program, behind --."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Run a program twice, on the CPU and on a simulated GPU, and say where the runs part. No GPU is needed.

    The simulated GPU computes on the CPU and enforces CUDA's rules about devices: a label left on the CPU is refused, with
    the line, the variable and what to change. The program runs in this process, in its own folder; it should be your
    own. Exit status 1 means that it would not run on a GPU, or gives other values there.
    """
    if path.suffix not in (".py", ".ipynb"):
        raise UsageError(
            "Only Python files and notebooks can be checked.",
            remedy="Name a .py or .ipynb file.",
            file=str(path),
        )
    why = unsupported()
    if why is not None:
        raise GraderError("The GPU cannot be simulated here.", remedy=why)
    # what the program prints must not stand in the JSON
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        on_cpu = _run(path, arguments or (), on_gpu=False)
        hopeless = on_cpu.error is not None and not _asks_for_a_gpu(on_cpu)
        on_gpu = None if hopeless else _run(path, arguments or (), on_gpu=True)
    differs = checking.difference(path, on_cpu, on_gpu) if on_gpu is not None else None
    verdict, lines = _findings(on_cpu, on_gpu, differs)
    if as_json:
        print(json.dumps({"schema": 1, "program": str(path), "runs_on_gpu": verdict, "says": lines}))
    else:
        for line in lines:
            screen.print(line, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(DONE if verdict else PERSON_NEEDED)


def _run(path: Path, arguments: Sequence[str], *, on_gpu: bool) -> Run:
    label = "on the simulated GPU" if on_gpu else "on the CPU"
    with errors.status(f"running {label} ...") as status:
        return checking.run(
            path,
            arguments,
            on_gpu=on_gpu,
            progress=lambda part: status.update(f"running {label}: {part.place}"),
        )


def _asks_for_a_gpu(run: Run) -> bool:
    """A program for GPUs alone: that the CPU cannot run it says nothing about it."""
    return any(word in run.told for word in ("CUDA", "cuda", "accelerator"))


def _findings(on_cpu: Run, on_gpu: Run | None, differs: Difference | None) -> tuple[bool, list[str]]:
    """Whether it runs on a GPU, and what to say."""
    if on_gpu is None:
        return False, ["It fails on the CPU already:", *_told(on_cpu)]
    if on_gpu.error is not None:
        return False, ["It would fail on a GPU:", *_told(on_gpu)]
    said: list[str] = []
    if on_cpu.error is not None:
        said.append(
            f"On the CPU it does not run ({on_cpu.told.splitlines()[0]}), so no values were compared."
        )
    if differs is not None:
        said.append(
            f"The runs part at {differs.part.place}: `{differs.name}` is {differs.on_cpu:.6g} on the CPU and "
            f"{differs.on_gpu:.6g} on the GPU."
        )
        return False, said
    return True, [*said, *_where_it_computed(on_gpu)]


def _told(run: Run) -> list[str]:
    lines = []
    if run.error is not None:
        own = [f for f in traceback.extract_tb(run.error.__traceback__) if f.filename != checking.__file__]
        programs = [f for f in own if "site-packages" not in f.filename] or own
        lines = [f"  {f.filename}, line {f.lineno}: {f.line}" for f in programs[-3:]]
    elif run.failed is not None:
        lines = [f"  {run.failed.place}"]
    return [*lines, *(f"  {line}" for line in run.told.splitlines())]


def _where_it_computed(run: Run) -> list[str]:
    seen: Any = run.statistics
    if not seen.on_device:
        return [
            "It runs, but nothing of it on the GPU: it never moves a network or data there. Choose the device with",
            '  device = "cuda" if torch.cuda.is_available() else "cpu"',
            "and move the network, net.to(device), and every batch, images.to(device).",
        ]
    said = [f"It runs on a GPU: {seen.on_device} operations there, {seen.moves} moves between CPU and GPU."]
    if seen.heavy_on_cpu > seen.heavy_on_device:
        said.append(
            f"But most of its matrix products and convolutions ({seen.heavy_on_cpu} of "
            f"{seen.heavy_on_cpu + seen.heavy_on_device}) still run on the CPU."
        )
    return said
