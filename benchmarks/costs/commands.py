"""How long small commands take, beside another commit of this repository: `python -m benchmarks.costs.commands --against COMMIT`.

Each command runs in a process of its own, today's build and the other one in turn; what counts is CPU time, user and system,
as the operating system says. Prints the median of each, and the median of the ratios of neighbours.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
FIRST_CHECK = """
import torch
from torch import nn
from autograder import check

class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 8))

    def forward(self, x):
        return self.layers(x)
"""
COMMANDS: dict[str, tuple[str, ...]] = {
    "autograder --version": ("-m", "autograder", "--version"),
    "autograder --help": ("-m", "autograder", "--help"),
    "autograder grade NO-SUCH-NAME": ("-m", "autograder", "grade", "no-such-name", "--course", "{course}"),
    "autograder forget": ("-m", "autograder", "forget", "nobody", "--course", "{course}"),
    "autograder export": ("-m", "autograder", "export", "fewshot", "--to", "csv", "--course", "{course}"),
    "import autograder; check": ("-c", "from autograder import check"),
    "the first check of a small exercise": (
        "-c",
        FIRST_CHECK + "check('embedding_net', assignment='fewshot')",
    ),
}


def checkout(commit: str, folder: Path) -> Path:
    """Unpack a commit of this repository into `folder`, and return it."""
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", "--format=tar", commit], check=True, capture_output=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def cpu_seconds(build: Path, course: Path, arguments: Sequence[str]) -> float:
    """Return the CPU seconds of one run of Python with the package of `build`."""
    environment = {**os.environ, "PYTHONPATH": str(build), "OMP_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *(each.format(course=course) if each == "{course}" else each for each in arguments)],
        cwd=course,
        env=environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", metavar="COMMIT", required=True, help="the commit to compare with")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, after one that does not count")
    options = parser.parse_args()
    table = Table("command", "CPU s, then", "CPU s, now", "now / then")
    with tempfile.TemporaryDirectory(prefix="fewlabels-against-") as folder:
        other, course = checkout(options.against, Path(folder) / "other"), Path(folder) / "course"
        course.mkdir()
        for name, arguments in track(COMMANDS.items(), console=Console(stderr=True), transient=True):
            pairs = [
                tuple(cpu_seconds(build, course, arguments) for build in (other, ROOT))
                for _ in range(options.runs + 1)
            ][1:]
            then, now = (statistics.median(each) for each in zip(*pairs, strict=True))
            ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
            table.add_row(name, f"{then:.2f}", f"{now:.2f}", f"{ratio:.2f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
