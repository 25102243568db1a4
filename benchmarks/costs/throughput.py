"""A class, graded by us and by plain nbgrader with the same checks in the kernel: `python -m benchmarks.costs.throughput`.

Both grade submissions of one made class, in one run, one after the other, on the same machine: ours with --jobs, nbgrader as
it comes, one notebook after another, on a sample. Nobody in the class runs into a deadline. Everything printed was measured
in this run; what rests on a sample says so.

The student's CPU seconds and the rest are told apart on a sample of the class, graded here with clocks (benchmarks/costs/clocked.py).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder.classroom.handed_in import submissions
from autograder.classroom.writing import render, write, write_pages
from autograder.course import assignment, folders, settings
from autograder.feedback import pictures
from autograder.nbgrader_bridge import recorder
from autograder.runner import Grader
from benchmarks.accuracy import _plots
from benchmarks.costs.clocked import ClockedSandbox, CpuSeconds, apart, cpu
from benchmarks.costs.in_kernel import NOTES
from benchmarks.costs.made_class import hand_in
from benchmarks.costs.submissions import Spent, family
from examples import sample_class

ROOT = Path(__file__).parents[2]
PYTHON = (sys.executable, "-m")
PLAIN = """
c = get_config()
c.CourseDirectory.source_directory = "source"
c.Autograde.exclude_overwriting = {"fewshot": ["fewshot.safetensors"]}
c.ExecutePreprocessor.timeout = 3600
"""


def ours(course: Path, jobs: int, log: Path) -> tuple[Spent, float]:
    """What `autograder grade` used for the class, and after how many seconds its first result stood on disk."""
    start = time.time()
    command = (*PYTHON, "autograder", "grade", "fewshot", "--course", str(course), "--jobs", str(jobs))
    spent = family(command, environment(), log)
    written = [path.stat().st_mtime for path in (course / ".autograder" / "results").glob("*/fewshot.json")]
    if spent.status not in (0, 1) or not written:
        raise SystemExit(f"autograder grade failed:\n{log.read_text(errors='replace')[-3000:]}")
    return spent, min(written) - start


def nbgraders(course: Path, students: list[str], log: Path) -> tuple[Spent, Mapping[str, float]]:
    """What `nbgrader autograde` used for some students of the class, and what of it was drawing inputs, kernel by kernel."""
    apart = course.parent / "nbgrader"
    _plain_course(apart, course, students)
    notes = apart / "notes"
    notes.mkdir()
    env = {**environment(), NOTES: str(notes)}
    generated = family(
        (*PYTHON, "nbgrader", "generate_assignment", "fewshot", f"--course-dir={apart}"), env, log, apart
    )
    if generated.status != 0:
        raise SystemExit(f"nbgrader generate_assignment failed:\n{log.read_text(errors='replace')[-3000:]}")
    # in its own folder: nbgrader reads the nbgrader_config.py of the folder in which it is called, and ours grades by laws
    spent = family((*PYTHON, "nbgrader", "autograde", "fewshot", f"--course-dir={apart}"), env, log, apart)
    graded = len(list((apart / "autograded").glob("*/fewshot/fewshot.ipynb")))
    if graded != len(students):
        raise SystemExit(
            f"nbgrader graded {graded} of {len(students)}:\n{log.read_text(errors='replace')[-3000:]}"
        )
    if not list(notes.glob("*.json")):
        raise SystemExit(f"No check ran in nbgrader's kernels:\n{log.read_text(errors='replace')[-3000:]}")
    drawn = [json.loads(path.read_text()) for path in notes.glob("*.json")]
    return spent, {name: sum(each[name] for each in drawn) for name in ("wall", "cpu")}


def _plain_course(apart: Path, course: Path, students: list[str]) -> None:
    """A course of plain nbgrader's: its check cells ask `benchmarks.costs.in_kernel` for their points."""
    source = apart / "source" / "fewshot"
    source.mkdir(parents=True)
    (apart / "nbgrader_config.py").write_text(PLAIN, encoding="utf-8")
    document = sample_class.perfect()
    _ask_in_kernel(document)
    (source / "fewshot.ipynb").write_text(json.dumps(document), encoding="utf-8")
    for student in students:
        shutil.copytree(course / "submitted" / student, apart / "submitted" / student)


def _ask_in_kernel(document: dict[str, Any]) -> None:
    for cell in document["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id") or ""
        if grade_id.endswith("_checks"):
            exercise = grade_id.removesuffix("_checks")
            cell["source"] = f"from benchmarks.costs.in_kernel import points\npoints({exercise!r})"


def clocked(course: Path, students: list[str]) -> list[CpuSeconds]:
    """The CPU seconds of some submissions, one after another in this process, grade book and pages included."""
    source = assignment.load(folders.source(course, "fewshot"), "fewshot")
    found: list[CpuSeconds] = []
    pictures.get_ready()
    with ClockedSandbox() as sandbox, recorder(course, "fewshot") as book:
        grader = Grader(source, settings.read(course), sandbox)
        grader.prepare()
        handed_in = submissions(course, "fewshot", students)
        for number, submission in enumerate([handed_in[0], *handed_in]):
            assert submission.path is not None
            times = [cpu()]
            graded = grader.grade(submission.path, submission.student)
            times.append(cpu())
            write(graded, course)
            pages = render(graded.score, grader.settings.reveal)
            write_pages(pages, submission.student, course, "fewshot")
            times.append(cpu())
            book.enter(submission.student, graded)
            times.append(cpu())
            steps = [after - before for before, after in pairwise(times)]
            if number and graded.score.error is None:  # the first one pays for what is done once
                found.append(apart(sandbox.last, steps))
    return found


def environment() -> dict[str, str]:
    code = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    programs = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))  # nbgrader calls alembic
    one_thread = {"OMP_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1"}
    return {**os.environ, "PYTHONPATH": code, "PATH": programs, **one_thread}


def measure(counts: Sequence[int], jobs: int, sample: int, seed: int, folder: Path) -> list[dict[str, Any]]:
    """What is printed, for a class of each size. nbgrader grades a sample of the largest: its time per submission does
    not depend on how many there are."""
    found = []
    for count in counts:
        course = folder / str(count) / "course"
        kinds = hand_in(course, count, seed)
        facts = {
            "submissions": count,
            "jobs": jobs,
            "cores": os.cpu_count(),
            "load_before": os.getloadavg()[0],
        }
        found.append((course, kinds, facts | _of_ours(course, count, jobs)))
    course, kinds, _ = max(found, key=lambda each: each[2]["submissions"])
    readable = [student for student in kinds if _readable(course, student)]
    chosen = readable[:: max(1, len(readable) // sample)][:sample]
    common = _of_nbgraders(course, chosen) | _apart(course, chosen)
    return [facts | common | _ratios(facts, common) for _, _, facts in found]


def _of_ours(course: Path, count: int, jobs: int) -> dict[str, Any]:
    spent, first = ours(course, jobs, course.parent / "ours.log")
    again, _ = ours(course, jobs, course.parent / "again.log")
    return {
        "seconds_per_submission": spent.wall / count,
        "submissions_per_minute": 60 * count / spent.wall,
        "first_result_seconds": first,
        "seconds_per_further_submission": (spent.wall - first) / max(1, count - 1),
        "cpu_seconds_per_submission": spent.cpu / count,
        "peak_mib": spent.supervisor_mib,
        "peak_mib_together": spent.peak_mib,
        "left_over_processes": spent.left_over,
        "unchanged_seconds": again.wall,
    }


def _of_nbgraders(course: Path, chosen: list[str]) -> dict[str, Any]:
    theirs, drawing = nbgraders(course, chosen, course.parent / "nbgrader.log")
    return {
        "nbgrader_sample": len(chosen),
        "nbgrader_seconds_per_submission": theirs.wall / len(chosen),
        "nbgrader_submissions_per_minute": 60 * len(chosen) / theirs.wall,
        "nbgrader_cpu_seconds_per_submission": theirs.cpu / len(chosen),
        "nbgrader_peak_mib_together": theirs.peak_mib,
        "nbgrader_drawing_seconds_per_submission": drawing["wall"] / len(chosen),
    }


def _ratios(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, float]:
    whole, drawing = (theirs[f"nbgrader_{name}seconds_per_submission"] for name in ("", "drawing_"))
    mine = ours["seconds_per_submission"]
    return {
        "ratio": whole / mine,
        "ratio_without_nbgraders_drawing": (whole - drawing) / mine,
        "ratio_of_a_further_submission": whole / ours["seconds_per_further_submission"],
    }


def _apart(course: Path, chosen: list[str]) -> dict[str, Any]:
    parts = clocked(course, chosen)
    names = (*asdict(CpuSeconds()), "student", "overhead")
    shares = {name: mean(getattr(each, name) for each in parts) for name in names}
    return {
        "clocked_sample": len(parts),
        "student_cpu_seconds": shares.pop("student"),
        "overhead_cpu_seconds": shares.pop("overhead"),
        **{f"cpu_{name}": value for name, value in shares.items()},
    }


def _readable(course: Path, student: str) -> bool:
    """Plain nbgrader stops at a file that is no notebook: both sides are compared on those that it can read."""
    try:
        json.loads((course / "submitted" / student / "fewshot" / "fewshot.ipynb").read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--submissions",
        type=int,
        nargs="+",
        default=[30],
        metavar="N",
        help="the size of the class, or several (default: 30)",
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes of ours (default: cores)"
    )
    parser.add_argument(
        "--sample", type=int, default=4, help="how many nbgrader grades, and how many are clocked"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the class")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object for each size, a line each"
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw submissions per minute into this SVG file"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fewlabels-throughput-") as folder:
        found = measure(options.submissions, options.jobs, options.sample, options.seed, Path(folder))
    if options.plot is not None:
        plot(found, options.plot)
    if options.json:
        for facts in found:
            print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in facts.items()}))
        return
    sizes = [f"{facts['submissions']:,}" for facts in found]
    table = Table("what", *sizes, title=f"A class, on {os.cpu_count()} cores")
    for name in found[0]:
        if name != "submissions":
            table.add_row(name.replace("_", " "), *(f"{facts[name]:,.4g}" for facts in found))
    Console().print(table)


def plot(found: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Submissions per minute against the size of the class, with nbgrader's."""
    lines = {
        f"fewlabels, {found[0]['jobs']} processes": [each["submissions_per_minute"] for each in found],
        "nbgrader autograde": [each["nbgrader_submissions_per_minute"] for each in found],
    }
    sizes = [each["submissions"] for each in found]
    _plots.lines(sizes, lines, ("submissions in the class", "submissions per minute"), file)


if __name__ == "__main__":
    main()
