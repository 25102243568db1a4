"""A campaign: runs of one experiment in processes of their own, each kept in a results file as soon as it ends.

A run is named by its task. What the file already holds is not run again, so an interrupted campaign goes on where it
stopped. One thread to a process: `--jobs` says how many at once.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import multiprocessing
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import FewlabelsError

RESULTS = Path(__file__).parents[1] / "results"


@dataclass(frozen=True)
class Task:
    """One run. Everything that its figures depend on stands here, so that a changed recipe is a new run."""

    method: str
    data: str
    seed: int
    device: str
    recipe: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


Figures = dict[str, Any]
Tick = Callable[[float], None]  # told the share of the run that is done
Run = Callable[[Task, argparse.Namespace, Tick], Figures]


def arguments(
    doc: str | None, experiment: str, methods: Sequence[str], seeds: int
) -> argparse.ArgumentParser:
    """The options that all experiments share."""
    parser = argparse.ArgumentParser(
        description=doc,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog=f"python -m benchmarks.{experiment}",
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder with Omniglot's archives; default: drawn glyphs"
    )
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda, cuda:1, ...")
    parser.add_argument(
        "--seeds", type=int, default=seeds, metavar="N", help=f"seeds 0 ... N - 1 (default {seeds})"
    )
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="runs at once, a thread each (default 1)"
    )
    parser.add_argument(
        "--methods",
        nargs="+",
        choices=methods,
        default=list(methods),
        metavar="NAME",
        help=", ".join(methods),
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=RESULTS / f"{experiment}.json",
        metavar="FILE",
        help="finished runs are read from here and added here (default benchmarks/results/)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few steps of everything, kept nowhere: does it run?"
    )
    parser.add_argument("--show", action="store_true", help="run nothing, print what the results file holds")
    parser.add_argument(
        "--plots", type=Path, metavar="DIR", help="draw figures into this folder, as docs/figures has them"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object in place of tables")
    return parser


def finished(path: Path) -> dict[str, dict[str, Any]]:
    """The runs of a results file by their keys; none where there is no file."""
    if not path.exists():
        return {}
    try:
        records = json.loads(path.read_text())["runs"]
        return {Task(**record["task"]).key: record for record in records}
    except (ValueError, KeyError, TypeError) as error:
        raise SystemExit(
            f"{path} is no results file ({error!r}): move it away, or name another with --results"
        ) from None


def campaign(tasks: Sequence[Task], run: Run, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Run what the results file does not hold yet; the records of all tasks that are done, in their order."""
    if options.quick:  # under the name of a real run, figures that mean nothing must not be kept
        options.results = Path(tempfile.mkdtemp()) / "quick.json"
    done = finished(options.results)
    missing = [] if options.show else [task for task in tasks if task.key not in done]
    if missing:
        _run_all(missing, run, options, done)
    return [done[task.key] for task in tasks if task.key in done]


def _run_all(
    tasks: Sequence[Task], run: Run, options: argparse.Namespace, done: dict[str, dict[str, Any]]
) -> None:
    context = multiprocessing.get_context("spawn")
    shares = context.Manager().dict()
    pool = ProcessPoolExecutor(options.jobs, mp_context=context, initializer=_one_thread)
    futures = {pool.submit(_measured, run, task, options, shares): task for task in tasks}
    try:
        with _bar() as bar:
            total = bar.add_task("runs", total=len(tasks))
            lines: dict[str, Any] = {}
            while futures:
                ended, _ = wait(futures, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in ended:
                    _keep(future, futures.pop(future), options.results, done)
                    bar.advance(total)
                _draw(bar, dict(shares), lines)
    except KeyboardInterrupt:
        raise SystemExit(
            f"\nstopped; what is finished is in {options.results}, the same command goes on"
        ) from None
    finally:
        for process in list((pool._processes or {}).values()):
            process.terminate() if futures else None
        pool.shutdown(wait=not futures, cancel_futures=True)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
    keep_memory()


def keep_memory() -> None:
    """Let freed memory stay with the process, where the C library can: a fifth of a training step went into
    giving it back to the system and getting it again, page by page. No figure changes."""
    trim_threshold, mmap_threshold, never = -1, -3, 2**31 - 1  # malloc.h
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(trim_threshold, never)
        libc.mallopt(mmap_threshold, never)


def _measured(run: Run, task: Task, options: argparse.Namespace, shares: Any) -> dict[str, Any]:
    import torch

    name, start, wall = (
        f"{task.method}, {task.data}, seed {task.seed}",
        time.process_time(),
        time.perf_counter(),
    )
    last, parent = [0.0], os.getppid()

    def tick(share: float) -> None:
        if os.getppid() != parent:
            os._exit(1)  # the campaign was killed: nobody waits for this run
        if time.monotonic() - last[0] > 0.5 or share >= 1:
            last[0] = time.monotonic()
            shares[name] = share

    try:
        figures = run(task, options, tick)
    except FewlabelsError as error:  # says what to do, and cannot be pickled
        raise SystemError(str(error)) from None
    shares[name] = 1.0
    cuda = task.device.startswith("cuda")
    return {
        "task": asdict(task),
        "figures": figures,
        "cpu_seconds": round(time.process_time() - start, 1),
        "wall_seconds": round(time.perf_counter() - wall, 1),
        "machine": torch.cuda.get_device_name(task.device) if cuda else f"CPU, {platform.machine()}",
        "torch": torch.__version__,
    }


def _keep(future: Future[dict[str, Any]], task: Task, path: Path, done: dict[str, dict[str, Any]]) -> None:
    try:
        record = future.result()
    except SystemError as error:
        raise SystemExit(str(error)) from None
    done.update(finished(path))  # another campaign may have written meanwhile
    done[task.key] = record
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(done[key], sort_keys=True) for key in sorted(done))
    whole = path.with_suffix(f".{os.getpid()}.tmp")
    whole.write_text(f'{{"runs": [\n{lines}\n]}}\n')
    whole.replace(path)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.description}")
    return Progress(
        text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True)
    )


def _draw(bar: Any, shares: dict[str, float], lines: dict[str, Any]) -> None:
    """A line for each run in progress; it goes when the run has ended."""
    for name, share in shares.items():
        if share < 1 and name not in lines:
            lines[name] = bar.add_task(name, total=100)
        if name in lines:
            bar.update(lines[name], completed=round(100 * share), visible=share < 1)
