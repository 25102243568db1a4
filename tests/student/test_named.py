"""`check(...)` names a known mistake from the fingerprints beside the notebook, in a real kernel, and nothing else by it."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import CheckResult, Limits
from autograder.runner.naming import Namer, fingerprints, making
from autograder.runner.naming.programs import KnownPrograms, of_course
from autograder.runner.plans import of_students
from autograder.sandbox.inprocess import InProcess
from autograder.student import in_kernel
from autograder.student.named import Held, named
from tests.checks.fewshot_corpus import SOURCE
from tests.runner.made_up import InThisProcess

ROOT = Path(__file__).parents[2]
EXERCISE = "class_probabilities"
FILE = "fewshot.fingerprints.json"
SAYS = "This is what a program returns that applies softmax twice."
KNOWN = ("probabilities_softmax_twice", "probabilities_over_queries", "probabilities_missing_minus")
IMPORTS, RIGHT = (
    next(cell.source for cell in SOURCE.notebook.code if cell.grade_id == name)
    for name in ("imports", EXERCISE)
)
# written otherwise than the program of the corpus
WRONG = """
def class_probabilities(queries, prototypes):
    logits = -torch.cdist(queries, prototypes, compute_mode="donot_use_mm_for_euclid_dist") ** 2
    once = torch.exp(logits - torch.logsumexp(logits, dim=1, keepdim=True))
    return torch.exp(once) / torch.exp(once).sum(dim=1, keepdim=True)
"""
CALLS = f'check("{EXERCISE}")'


@pytest.fixture(scope="module")
def data() -> bytes:
    """The file of three mistakes, made without a sandbox."""
    everything = of_course(ROOT, SOURCE)
    mistakes = tuple(each for each in everything.mistakes[EXERCISE] if each.name in KNOWN)
    namer = Namer(KnownPrograms({EXERCISE: everything.right[EXERCISE][:2]}, {EXERCISE: mistakes}))
    namer.prepare(InThisProcess().session, Limits(), "here")
    made = making.of_assignment(namer, registry.load("fewshot"), of_students())
    assert sorted(name for names in made[EXERCISE].owners.values() for name in names) == sorted(KNOWN)
    return fingerprints.written("fewshot", making.prints(made))


@pytest.fixture
def folder(data: bytes, tmp_path: Path) -> Path:
    (tmp_path / FILE).write_bytes(data)
    return tmp_path


def displayed(folder: Path, *cells: str) -> list[dict[str, Any]]:
    """What a kernel in `folder` displays: text and HTML of each check."""
    code = nbformat.v4.new_code_cell
    book = nbformat.v4.new_notebook(cells=[code("from autograder import check"), *map(code, cells)])
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    shown = [out["data"] for cell in book.cells for out in cell.outputs if out.output_type == "display_data"]
    return [each for each in shown if f"{EXERCISE}:" in each["text/plain"]]  # not the progress bar


@pytest.fixture(autouse=True)
def _this_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_in_a_kernel_softmax_twice_is_named_and_a_right_function_is_not(folder: Path) -> None:
    wrong, right, again = displayed(folder, IMPORTS, WRONG, CALLS, RIGHT, CALLS, WRONG, CALLS)
    lines = wrong["text/plain"].splitlines()
    assert lines[0] == "✗ class_probabilities: 2 of 18 laws broken"
    assert lines[1] == f"  {SAYS}"
    assert f"<strong>{SAYS}</strong>" in wrong["text/html"]
    assert "This is what a program" not in right["text/plain"]
    assert right["text/plain"].startswith("✓")
    assert SAYS in again["text/plain"]


def test_without_a_file_or_with_a_broken_one_the_laws_are_shown_as_ever(folder: Path) -> None:
    (folder / FILE).write_bytes(b"{")
    broken, gone = displayed(folder, IMPORTS, WRONG, CALLS, f"import os; os.remove({FILE!r})", CALLS)
    assert broken["text/plain"] == gone["text/plain"]
    assert gone["text/plain"].startswith("✗ class_probabilities: 2 of 18 laws broken")
    assert "This is what" not in gone["text/plain"]


# --- without a kernel


def namespace(*sources: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for source in (IMPORTS, *sources):
        exec(source, names)
    return names


def result(names: dict[str, Any], folder: Path, exercise: str = EXERCISE) -> tuple[str, ...]:
    found = in_kernel.run("fewshot", exercise, names, folder, progress=False)
    return tuple(each.says for each in found.named)


class Counting(InProcess):
    """Counts the calls that it is asked."""

    asked = 0

    def answer(self, batch: Any) -> Any:
        self.asked += len(batch.calls)
        return super().answer(batch)


def held(verdict: str) -> list[CheckResult]:
    return [CheckResult("a_law", "It holds.", "public", 1, verdict, 1)]  # type: ignore[arg-type]


def checks() -> list[Check]:
    return [each for each in registry.load("fewshot") if each.exercise == EXERCISE]


@pytest.mark.parametrize("verdict", ["holds", "missing", "timed_out", "crashed", "grader_fault", "skipped"])
def test_nothing_is_asked_where_no_law_broke(folder: Path, verdict: str) -> None:
    transport = Counting(namespace(WRONG))
    assert named(folder, checks(), held(verdict), transport, in_kernel._planner("fewshot")) == ()
    assert transport.asked == 0


def test_where_a_law_broke_a_few_calls_are_asked_and_take_no_time(folder: Path) -> None:
    transport = Counting(namespace(WRONG))
    planner = in_kernel._planner("fewshot")
    for each in checks():
        planner.plan(each)  # as the checks have left it
    start = time.process_time()
    assert [each.says for each in named(folder, checks(), held("falsified"), transport, planner)] == [SAYS]
    assert time.process_time() - start < 1.0
    assert 0 < transport.asked <= making.FEW


def test_a_file_that_asks_for_other_functions_calls_none_of_them(folder: Path, data: bytes) -> None:
    called = []
    names = namespace(WRONG) | {"innocent": lambda *_: called.append(1)}
    prints = fingerprints.parsed("fewshot", data)[EXERCISE]
    other = replace(prints, calls=tuple(replace(each, function="innocent") for each in prints.calls))
    (folder / FILE).write_bytes(fingerprints.written("fewshot", {EXERCISE: other}))
    assert result(names, folder) == ()
    assert called == []


def test_an_error_while_naming_is_no_error_of_the_check(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no names today")

    monkeypatch.setattr(in_kernel, "named", fail)
    found = in_kernel.run("fewshot", EXERCISE, namespace(WRONG), folder, progress=False)
    assert found.named == ()
    assert any(each.verdict == "falsified" for each in found.checks)


# --- what an exercise uses


def uses(*sources: str) -> dict[str, Any]:
    return namespace(*sources, "def episode_loss(*given):\n    return class_probabilities(*given).log(), 0.0")


def test_an_exercise_that_uses_one_that_does_not_hold_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, names = Held(), uses(RIGHT)
    assert not seen.all_used("fewshot", "episode_loss", names)  # nobody has checked it
    seen.note("fewshot", EXERCISE, names, holds=True)
    assert seen.all_used("fewshot", "episode_loss", names)
    exec(WRONG, names)  # defined anew since
    assert not seen.all_used("fewshot", "episode_loss", names)
    seen.note("fewshot", EXERCISE, names, holds=False)
    assert not seen.all_used("fewshot", "episode_loss", names)


def test_it_may_be_used_through_helpers_and_classes() -> None:
    seen = Held()
    through = (
        "class Helper:\n    def of(self, *given):\n        return (lambda: class_probabilities(*given))()"
    )
    names = namespace(RIGHT, through, "def episode_loss(*given):\n    return Helper().of(*given)")
    assert not seen.all_used("fewshot", "episode_loss", names)
    names = namespace(RIGHT, "def episode_loss(*given):\n    return 0.0, 0.0")
    assert seen.all_used("fewshot", "episode_loss", names)


def test_the_command_names_too(folder: Path) -> None:
    """`autograder check` on the notebook, whose cells say by their grade ids which exercise uses which."""
    import subprocess

    cells = SOURCE.notebook.code
    kept = [cell for cell in cells if cell.grade_id in ("imports", EXERCISE, f"{EXERCISE}_checks")]
    book = nbformat.v4.new_notebook()
    for cell in kept:
        made = nbformat.v4.new_code_cell(WRONG if cell.grade_id == EXERCISE else cell.source)
        made.metadata["nbgrader"] = {
            "grade_id": cell.grade_id,
            "grade": cell.grade,
            "solution": cell.solution,
            "locked": cell.locked,
            "points": cell.points or 0,
            "schema_version": 3,
        }
        book.cells.append(made)
    nbformat.write(book, folder / "fewshot.ipynb")
    command = [sys.executable, "-m", "autograder", "check", "fewshot.ipynb"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert " ".join(SAYS.split()) in " ".join(ran.stdout.split()), ran.stdout + ran.stderr
