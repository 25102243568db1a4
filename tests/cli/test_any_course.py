"""The short form of any_course.py, and, with `tox run -e campaign -- tests/cli/test_any_course.py`, the long one."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from nbgrader.api import Gradebook

from tests.cli.any_course import AnyCourse, tally
from tests.cli.conftest import RIGHT, notebook
from tests.cli.worlds import DISK, in_a_narrow_world

HERE = "tests/cli/test_any_course.py"


def walk(run: Callable[..., Any], beneath: Path, courses: int, steps: int) -> None:
    """`courses` courses, in each of which `steps` things happen at most."""
    given = {"run": staticmethod(run), "beneath": beneath, "registered": _registered(run, beneath / "first")}
    machine = type("AnyCourse", (AnyCourse,), given)
    tally.clear()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=courses,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def _registered(run: Callable[..., Any], course: Path) -> bytes:
    notebook(course / "source" / "tiny" / "tiny.ipynb", RIGHT)
    (course / "submitted" / "nobody" / "tiny").mkdir(parents=True)
    assert run("grade", "tiny", "--course", course).status == 1  # there is no notebook
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as book:
        book.remove_student("nobody")
    return (course / "gradebook.db").read_bytes()


def test_whatever_happens_in_a_course_no_command_ends_in_an_exception(
    run: Callable[..., Any], tiny: None, tmp_path: Path, in_process: None
) -> None:
    walk(run, tmp_path, courses=4, steps=8)
    assert tally["steps"] >= 12


@pytest.mark.campaign
def test_two_thousand_steps(
    run: Callable[..., Any], tiny: None, tmp_path: Path, in_process: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """As whoever runs it; as an ordinary user on a small disk where that is possible: the next test."""
    courses = int(os.environ.get("FEWLABELS_COURSES", "55"))
    walk(run, tmp_path, courses=courses, steps=50)
    with capsys.disabled():
        print()
        for what, times in sorted(tally.items(), key=lambda item: -item[1]):
            print(f"{times:6} {what}")
    assert tally["steps"] >= 2_000 * courses // 55


@pytest.mark.campaign
@pytest.mark.skipif(DISK in os.environ, reason="this is that world")
def test_two_thousand_steps_of_an_ordinary_user_on_a_small_disk(capsys: pytest.CaptureFixture[str]) -> None:
    done = in_a_narrow_world("-s", "-m", "campaign", HERE, "-k", "test_two_thousand_steps", size=16 << 20)
    with capsys.disabled():
        print(done.stdout, done.stderr)
    assert done.returncode == 0
