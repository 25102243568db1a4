"""What grading one right submission costs beyond the student's own code: `python -m benchmarks.costs.grading`.

Seconds are CPU seconds of one core. The student's functions are wrapped with a clock inside the jail, so that the worker's
own part (building arguments, encoding answers) counts as overhead. Running the notebook's cells is the student's part.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.course import assignment
from autograder.course.settings import Settings
from autograder.laws import registry
from autograder.model import Call, Cell, Limits, Notebook, Returned
from autograder.runner import run_exercises
from autograder.runner.plans import Planner
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.transport import answers

SOURCE = Path(__file__).parents[2] / "assignments" / "fewshot" / "fewshot.ipynb"
CLOCK = """
import functools, time
_inside, _depth = [0.0], [0]

def _clocked(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        _depth[0] += 1
        start = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            _depth[0] -= 1
            if _depth[0] == 0:
                _inside[0] += time.process_time() - start
    return call

for _name in ("class_prototypes", "class_probabilities", "sample_episode", "episode_loss", "train"):
    globals()[_name] = _clocked(globals()[_name])

def seconds_inside():
    return _inside[0]

def seconds_so_far():
    return time.process_time()
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of one submission: `overhead` = supervisor + worker, without the student's functions and cells."""

    supervisor: float
    worker: float
    student_functions: float
    cells: float

    @property
    def overhead(self) -> float:
        return self.supervisor + self.worker


def submission() -> Notebook:
    """The source notebook's imports and solutions, with a clock behind them."""
    notebook = assignment.load(SOURCE).notebook
    cells = [cell for cell in notebook.code if cell.solution or cell.grade_id == "imports"]
    return replace(notebook, cells=(*cells, Cell(len(notebook.cells), "code", CLOCK)))


def measure(
    sandbox: Sandbox, planner: Planner, checks: tuple[registry.Check, ...], notebook: Notebook
) -> Cost:
    session = sandbox.session(Limits())
    try:
        session.run(notebook)
        (before,) = answers(session, [Call("seconds_so_far")])
        start = time.process_time()
        results = run_exercises(checks, session, planner)
        supervisor = time.process_time() - start
        after, inside = answers(session, [Call("seconds_so_far"), Call("seconds_inside")])
    finally:
        session.close()
    broken = [each.name for found in results.values() for each in found if each.verdict != "holds"]
    if broken or not all(isinstance(each, Returned) for each in (before, after, inside)):
        raise SystemExit(f"the source's own solution does not pass: {broken}")
    ran, total, mine = (float(each.value) for each in (before, after, inside))  # type: ignore[union-attr]
    return Cost(supervisor, total - ran - mine, mine, ran)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--submissions", type=int, default=5, help="how many times the submission is graded")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    # training and networks cost what the student's code costs; they are measured apart by being left out
    left_out = ("train", "embedding_net", "trained_weights")
    checks = tuple(c for c in registry.load("fewshot", hidden=True) if c.exercise not in left_out)
    planner = Planner(Settings().seed, Settings())
    start = time.process_time()
    for check in checks:
        _ = planner.plan(check).batch.encoded
    drawing = time.process_time() - start
    examples = sum(len(planner.plan(check).laws) for check in checks)
    start_wall = time.perf_counter()
    with Sandbox() as sandbox:
        zygote = time.perf_counter() - start_wall
        rounds = track(
            range(options.submissions), "grading", console=Console(stderr=True), disable=options.json
        )
        costs = [measure(sandbox, planner, checks, submission()) for _ in rounds]
    _print(options.json, len(checks), examples, drawing, zygote, costs)


def _print(
    as_json: bool, checks: int, examples: int, drawing: float, zygote: float, costs: list[Cost]
) -> None:
    middle = {name: median(getattr(cost, name) for cost in costs) for name in (*asdict(costs[0]), "overhead")}
    facts = {
        "checks": checks,
        "examples": examples,
        "drawing_once": drawing,
        "zygote_start_wall": zygote,
        **middle,
    }
    if as_json:
        print(json.dumps({name: round(value, 4) for name, value in facts.items()}))
        return
    table = Table("what", "figure", title=f"One submission, median of {len(costs)}, CPU seconds")
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), f"{value:.3f}" if isinstance(value, float) else str(value))
    Console().print(table)


if __name__ == "__main__":
    main()
