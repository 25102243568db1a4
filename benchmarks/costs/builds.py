"""A class graded by today's build and by another commit, side by side: `python -m benchmarks.costs.builds --against COMMIT`.

Each build grades right submissions of its own source notebook of the fewshot assignment, in turn, in a fresh course: once from nothing, and
once more with `--force`, when whatever the build keeps is there. Prints the medians of the rounds, and the median of the rounds'
ratios: seconds on the wall per submission, CPU seconds per submission, seconds to the first result.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.costs.commands import ROOT, checkout
from benchmarks.costs.endless_cells import hand_in
from benchmarks.costs.submissions import family

FIGURES = ("s per submission", "CPU s per submission", "s to the first result")
PASSES = ("from nothing", "again")


def rounds(build: Path, folder: Path, count: int, jobs: int, extra: str) -> list[tuple[float, ...]]:
    """Return the `FIGURES` of both `PASSES` of one class.

    build    the checkout that grades
    folder   where the course goes
    count    how many submissions
    jobs     processes
    extra    what stands in the course's autograder.toml
    """
    course = folder / "course"
    hand_in(build, course, count, 0)
    if extra:
        (course / "autograder.toml").write_text(extra, encoding="utf-8")
    found: list[tuple[float, ...]] = []
    for name in PASSES:
        command = [sys.executable, "-m", "autograder", "grade", "fewshot", "--course", str(course)]
        command += ["--jobs", str(jobs), "--no-gradebook", *(["--force"] if name == "again" else [])]
        results = course / ".autograder" / "results"
        shutil.rmtree(results, ignore_errors=True)
        environment = {**os.environ, "PYTHONPATH": str(build), "OMP_NUM_THREADS": "1"}
        began = time.time()
        spent = family(command, environment, folder / "log", course)
        written = [path.stat().st_mtime for path in results.glob("*/fewshot.json")]
        if spent.status not in (0, 1) or len(written) != count:
            log = (folder / "log").read_text(errors="replace")[-3000:]
            raise SystemExit(f"{len(written)} of {count} were graded:\n{log}")
        found.append((spent.wall / count, spent.cpu / count, min(written) - began))
    return found


def compare(builds: Sequence[Path], count: int, jobs: int, runs: int, extra: str) -> Table:
    """Return the table of both builds.

    builds   the other one, and this one
    count    submissions of the class
    jobs     processes
    runs     rounds
    extra    what stands in autograder.toml of today's course
    """
    seen: list[tuple[list[tuple[float, ...]], ...]] = []
    for _ in track(range(runs), f"classes of {count}", console=Console(stderr=True), transient=True):
        pair = []
        for number, build in enumerate(builds):
            with tempfile.TemporaryDirectory(prefix="fewlabels-builds-") as folder:
                pair.append(rounds(build, Path(folder), count, jobs, extra if number else ""))
        seen.append(tuple(pair))
    table = Table(f"class of {count}", "then", "now", "now / then", "rounds")
    for at, name in enumerate(PASSES):
        for which, figure in enumerate(FIGURES):
            pairs = [(then[at][which], now[at][which]) for then, now in seen]
            then, now = (statistics.median(each) for each in zip(*pairs, strict=True))
            ratio = statistics.median(b / a for a, b in pairs)
            said = ", ".join(f"{a:.1f} and {b:.1f}" for a, b in pairs)
            table.add_row(f"{figure}, {name}", f"{then:.2f}", f"{now:.2f}", f"{ratio:.2f}", said)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", metavar="COMMIT", required=True, help="the commit to compare with")
    parser.add_argument("--submissions", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without-figures", action="store_true", help="figures = false in today's course")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fewlabels-against-") as folder:
        builds = checkout(options.against, Path(folder)), ROOT
        extra = "figures = false\n" if options.without_figures else ""
        table = compare(builds, options.submissions, options.jobs, options.runs, extra)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
