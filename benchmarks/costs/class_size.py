"""Does a large class cost more per submission than a small one? `python -m benchmarks.costs.class_size`

Grades classes of several sizes on the assignment that `autograder new` writes: its notebook and its checks take next to
nothing, so that what is measured is the machinery (tasks, sandboxes, journal, pages, grade book), and a thing that grows
with the class would show. No two submissions are the same. Seconds per submission are counted between the first result
and the last, for the first hundred and the last hundred of a class apart; memory, descriptors and processes are looked at
once a second. What is left over: processes, and anything in the temporary directory.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from statistics import mean
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder.course import corpus, folders
from autograder.release import skeleton
from benchmarks.costs.submissions import Look, Spent, family
from benchmarks.costs.throughput import PYTHON, environment

NAME = "small"
PART = 100  # submissions at the beginning and at the end of a class that are compared


def hand_in(course: Path, count: int) -> None:
    """A course, and a class whose programs are those of the skeleton in turn, told apart by a comment."""
    course.mkdir()
    skeleton.write(NAME, course, skeleton.files(NAME, course))
    source = course / "assignments" / NAME / f"{NAME}.ipynb"
    programs = [
        program
        for kind in ("solutions", "mistakes")
        for program in corpus.read_all(folders.programs(course, NAME, kind))
    ]
    documents = [(program, corpus.as_submission(source, {})) for program in programs]
    for number, (program, document) in zip(range(count), cycle(documents)):
        for cell in document["cells"]:
            exercise = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if exercise in program.cells:
                cell["source"] = f"# {number}\n{program.cells[exercise]}"
        place = course / "submitted" / f"student{number:05d}" / NAME / f"{NAME}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(document), encoding="utf-8")


def measure(count: int, jobs: int, gradebook: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="class-size-") as folder:
        course = Path(folder) / "course"
        hand_in(course, count)
        temporary = Path(folder) / "tmp"
        temporary.mkdir()
        for each in (Path(folder), temporary):
            each.chmod(0o755)  # the sandbox's user passes through them
        command = [*PYTHON, "autograder", "grade", NAME, "--course", str(course), "--jobs", str(jobs)]
        command += [] if gradebook else ["--no-gradebook"]
        log = Path(folder) / "log"
        begun = time.time()
        spent = family(command, {**environment(), "TMPDIR": str(temporary)}, log)
        results = (course / ".autograder" / "results").glob(f"*/{NAME}.json")
        written = sorted(path.stat().st_mtime - begun for path in results)
        if len(written) != count:
            raise SystemExit(f"{len(written)} of {count} graded:\n{log.read_text(errors='replace')[-3000:]}")
        left = len(list(temporary.iterdir()))
    return {"submissions": count, "jobs": jobs, "gradebook": gradebook} | facts(written, spent, left)


def facts(written: Sequence[float], spent: Spent, left: int) -> dict[str, Any]:
    """From the seconds at which results stood on disk, and from what was seen of the supervisor meanwhile."""
    part = min(PART, len(written) - 1)
    early = [look for look in spent.looks if written[0] <= look.seconds <= written[part]]
    late = [look for look in spent.looks if written[-1 - part] <= look.seconds <= written[-1]]
    return {
        "seconds_per_submission": (written[-1] - written[0]) / (len(written) - 1),
        "of_the_first_100": (written[part] - written[0]) / part,
        "of_the_last_100": (written[-1] - written[-1 - part]) / part,
        "cpu_seconds_per_submission": spent.cpu / len(written),
        "wall_seconds": spent.wall,
        "peak_mib": spent.supervisor_mib,
        "mib_at_the_beginning": _mean(early, "mib"),
        "mib_at_the_end": _mean(late, "mib"),
        "descriptors_at_the_beginning": _mean(early, "descriptors"),
        "descriptors_at_the_end": _mean(late, "descriptors"),
        "processes_at_the_beginning": _mean(early, "processes"),
        "processes_at_the_end": _mean(late, "processes"),
        "processes_left_over": spent.left_over,
        "files_left_over": left,
    }


def _mean(looks: Sequence[Look], name: str) -> float:
    return round(mean(getattr(look, name) for look in looks), 1) if looks else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--submissions",
        type=int,
        nargs="+",
        default=[100, 1000],
        help="sizes of the classes (default: 100 1000)",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: cores)")
    parser.add_argument("--no-gradebook", dest="gradebook", action="store_false", help="enter no points")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    options = parser.parse_args()
    found = []
    for count in options.submissions:
        found.append(measure(count, options.jobs, options.gradebook))
        if options.json:
            print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in found[-1].items()}))
            sys.stdout.flush()
    if options.json:
        return
    table = Table("what", *(f"{each['submissions']:,}" for each in found), title="Classes of several sizes")
    for name in found[0]:
        if name != "submissions":
            table.add_row(name.replace("_", " "), *(_shown(each[name]) for each in found))
    Console().print(table)


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) and value < 100 else f"{value:,.0f}"


if __name__ == "__main__":
    main()
