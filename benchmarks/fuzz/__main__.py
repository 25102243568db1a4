"""Feeds mutated bytes to the two readers of hostile bytes: `python -m benchmarks.fuzz.__main__ --frames 1000000 --notebooks 100000`.

Every input must come to a value or to the one error that the reader promises (`WireError`, `NotebookError`): anything else is a
finding, and so is an input that takes longer than `--seconds` or a process that grows beyond `--mebibytes`. Findings are written
beside each other into a directory, and the exit status is 1.

With atheris installed (`pip install atheris`; no dependency of the tests) mutations are guided by coverage: inputs that reach new
lines are kept and mutated further. Without it they are random changes of valid inputs, the same for the same `--seed`.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.fuzz.targets import TARGETS
from benchmarks.fuzz.trial import Tally, run

SECONDS, MEBIBYTES = 5.0, 512


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in TARGETS:
        parser.add_argument(f"--{name}", type=int, default=0, metavar="N", help=f"how many mutated {name}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="an input may take so long")
    parser.add_argument("--mebibytes", type=int, default=MEBIBYTES, help="the process may grow so much")
    parser.add_argument("--findings", type=Path, default=None, help="where inputs go that break a promise")
    parser.add_argument(
        "--random", action="store_true", help="random changes, even where atheris is installed"
    )
    given = parser.parse_args()
    findings = given.findings or Path(tempfile.mkdtemp(prefix="fewlabels-fuzzing-"))
    findings.mkdir(parents=True, exist_ok=True)
    guided = importlib.util.find_spec("atheris") is not None and not given.random
    table = Table("reader", "inputs", "read", "refused", "slowest", "grown by", "guided by", "findings")
    broken = 0
    for name in TARGETS:
        count = getattr(given, name)
        if not count:
            continue
        tally = _guided(name, count, given, findings) if guided else run(name, count, given, findings)
        broken += tally.findings
        table.add_row(*tally.row(name))
    console = Console(width=110)
    console.print(table)
    if broken:
        console.print(f"Inputs that break a promise lie in {findings}.", highlight=False, soft_wrap=True)
    return 1 if broken else 0


def _guided(name: str, count: int, given: argparse.Namespace, findings: Path) -> Tally:
    """In a process of its own: libFuzzer ends the one that it runs in."""
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "tally.json"
        line = [sys.executable, "-m", "benchmarks.fuzz.guided", name, str(count), str(given.seed)]
        limits = [str(given.seconds), str(given.mebibytes)]
        subprocess.run([*line, *limits, str(findings), str(said)], stderr=subprocess.DEVNULL, check=False)
        if not said.exists():  # it was ended: by a crash of the interpreter, or by a limit
            return Tally(guided="coverage", findings=1)
        return Tally.read_back(said)


if __name__ == "__main__":
    sys.exit(main())
