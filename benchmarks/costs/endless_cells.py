"""What cells that never end cost a class, beside another commit of this repository: `python -m benchmarks.costs.endless_cells --against COMMIT`.

A class of right submissions of the fewshot assignment, in three of which a cell of the student's own never ends. Each build grades
the class made of its own source notebook, with its own deadlines, in turn; what counts is the time on the wall, for that
is what somebody waits for. Prints the seconds of each round, the median of each build, and the median of the rounds' ratios.
Asks for the same class without such cells too, so that the seconds that they cost stand apart.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.costs.commands import ROOT, checkout
from benchmarks.costs.submissions import family

ENDLESS = 3
LOOP = "while True:\n    pass"


def hand_in(build: Path, course: Path, count: int, endless: int) -> None:
    """Write a course and its class from the source notebook of `build`; `endless` of `count` never end."""
    source = course / "assignments" / "fewshot" / "fewshot.ipynb"
    source.parent.mkdir(parents=True)
    text = (build / "assignments" / "fewshot" / "fewshot.ipynb").read_bytes()
    source.write_bytes(text)
    right = json.loads(text)
    for number in range(count):
        document = copy.deepcopy(right)
        own: dict[str, object] = {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "id": f"own-{number}",
        }
        code = LOOP if number < endless else "pass"
        document["cells"].insert(_first_answer(document) + 1, {**own, "source": f"# {number}\n{code}"})
        place = course / "submitted" / f"student{number:03d}" / "fewshot" / "fewshot.ipynb"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(document), encoding="utf-8")


def _first_answer(document: dict[str, list[dict[str, dict[str, dict[str, bool]]]]]) -> int:
    for index, cell in enumerate(document["cells"]):
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            return index
    raise SystemExit("The source notebook has no answer.")


def seconds(build: Path, count: int, endless: int, jobs: int) -> float:
    """Return how long `build` takes for the class, on the wall."""
    with tempfile.TemporaryDirectory(prefix="fewlabels-endless-") as folder:
        course, log = Path(folder) / "course", Path(folder) / "log"
        hand_in(build, course, count, endless)
        command = (sys.executable, "-m", "autograder", "grade", "fewshot", "--course", str(course))
        spent = family(
            (*command, "--jobs", str(jobs), "--no-gradebook"),
            {**os.environ, "PYTHONPATH": str(build), "OMP_NUM_THREADS": "1"},
            log,
            course,
        )
        graded = len(list((course / ".autograder" / "results").glob("*/fewshot.json")))
        if spent.status not in (0, 1) or graded != count:
            raise SystemExit(f"{graded} of {count} were graded:\n{log.read_text(errors='replace')[-3000:]}")
        return spent.wall


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", metavar="COMMIT", required=True, help="the commit to compare with")
    parser.add_argument("--submissions", type=int, default=6, help=f"of the class, {ENDLESS} of them endless")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if options.submissions < ENDLESS:
        parser.error(f"a class has {ENDLESS} submissions at least")
    table = Table("class", "s, then", "s, now", "now / then", "rounds")
    with tempfile.TemporaryDirectory(prefix="fewlabels-against-") as folder:
        builds = checkout(options.against, Path(folder)), ROOT
        console = Console(stderr=True)
        for name, endless in {f"{ENDLESS} of {options.submissions} never end": ENDLESS, "all end": 0}.items():
            rounds = [
                tuple(seconds(build, options.submissions, endless, options.jobs) for build in builds)
                for _ in track(range(options.runs), name, console=console, transient=True)
            ]
            then, now = (statistics.median(each) for each in zip(*rounds, strict=True))
            ratio = statistics.median(each[1] / each[0] for each in rounds)
            said = ", ".join(f"{each[0]:.0f} and {each[1]:.0f}" for each in rounds)
            table.add_row(name, f"{then:.1f}", f"{now:.1f}", f"{ratio:.2f}", said)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
