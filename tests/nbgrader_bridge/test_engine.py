"""Plain `nbgrader autograde`: the real engine, behind the real boundary, on submissions as they lie there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.converters import NbGraderException

from autograder.classroom.handed_in import submissions
from autograder.classroom.run import grade
from autograder.classroom.writing import pages, written
from autograder.course import assignment, folders, settings
from autograder.errors import SandboxUnavailable
from autograder.nbgrader_bridge import engine
from autograder.runner import Grader
from autograder.sandbox import jailed
from tests.nbgrader_bridge.tiny_course import SOLVED, Mark, TinyCourse, graded_as, solve

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

ROOT = Path(__file__).parents[2]


def submit_all(course: TinyCourse) -> tuple[str, ...]:
    course.submit("ada", solve("add", "double", "greet"))
    course.submit("bob", solve("double"))
    course.submit("eve").write_text("no JSON")
    course.submit("stub")
    return ("ada", "bob", "eve", "stub")


def test_nbgrader_autograde_and_record_write_the_same(
    course: TinyCourse, tiny_checks: Path, tmp_path: Path
) -> None:
    other = TinyCourse(tmp_path / "other")
    shutil.copytree(course.root, other.root)
    students = submit_all(course)
    submit_all(other)
    other.nbgrader_autograde(prepare=False)
    grader = Grader(
        assignment.load(folders.source(course.root, "tiny")), settings.read(course.root), engine.start()
    )
    results = list(grade(grader, submissions(course.root, "tiny"), course.root))
    pages(results, course.root, "tiny", "counterexample")
    done = course.record(*results)
    assert [done[student].score for student in students] == [7.5, 1.5 + 2.0 + 1.25, None, 0.0]
    for student in students:
        assert course.marks(student) == other.marks(student)
        assert course.autograded(student) == other.autograded(student)
    assert [output.text for output in course.autograded_cell("ada", "add").outputs] == ["hm\n"]
    # ... and the result, for `explain` and `report`, and the pages
    for folder in ("results", "pages"):
        files = [path for path in sorted((course.root / ".autograder" / folder).rglob("*")) if path.is_file()]
        assert len(files) == {"results": 4, "pages": 9}[folder]
        for path in files:
            assert path.read_bytes() == (other.root / path.relative_to(course.root)).read_bytes(), path.name
    assert [score.student for score in written(other.root, "tiny")] == list(students)


def test_checks_that_were_changed_are_read_anew(course: TinyCourse, tiny_checks: Path) -> None:
    """As somebody does who writes a check and presses the button again and again."""
    course.submit("ada", solve("add"))
    course.nbgrader_autograde(prepare=False)
    assert course.marks("ada")["add_checks"] == Mark(3.0, None, False)
    file = tiny_checks / "tiny.py"
    before = file.read_text()
    try:
        file.write_text(before.replace('of("add", lambda x: x + 1)', 'of("add", lambda x: x + 100)'))
        course.nbgrader_autograde(prepare=False)
        assert course.marks("ada")["add_checks"] == Mark(1.5, None, False)
    finally:
        file.write_text(before + "\n")
    course.nbgrader_autograde(prepare=False)
    assert course.marks("ada")["add_checks"] == Mark(3.0, None, False)


def test_an_engine_at_work_is_not_idle(course: TinyCourse, tiny_checks: Path) -> None:
    sandbox = engine.start(0.05)
    with engine._lock:  # as while a submission is graded
        time.sleep(0.2)
        engine._keep(600.0)
    time.sleep(0.1)
    assert engine.start() is sandbox


def executable(process: int | None) -> str:
    return os.readlink(f"/proc/{process}/exe")


def alive(process: int | None) -> bool:
    return Path(f"/proc/{process}").exists()


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_command_itself(course: TinyCourse, tiny_checks: Path) -> None:
    """In a process of its own, started with nothing but nbgrader_config.py to tell it about us."""
    course.submit("bob", solve("add"))
    config = course.root / "nbgrader_config.py"
    installed = f"from autograder import checks\nchecks.__path__.append({str(tiny_checks)!r})\n"
    config.write_text(installed + config.read_text())
    environment = {
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.defpath]),
        "PYTHONPATH": str(ROOT),
        "HOME": str(course.root.parent),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", "tiny"],
        cwd=course.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    marks = course.marks("bob")
    assert [marks[f"{name}_checks"].automatic for name in SOLVED] == [3.0, 1.0, 1.25]


def test_a_machine_without_a_boundary_touches_nothing(
    course: TinyCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(**_: object) -> None:
        raise SandboxUnavailable("This machine offers no boundary.", remedy="Install bubblewrap.")

    course.submit("ada")
    course.record(graded_as("ada"))
    before = course.marks("ada"), course.autograded("ada")
    engine.close()
    monkeypatch.setattr(jailed, "Sandbox", unavailable)
    with pytest.raises(NbGraderException, match="Install bubblewrap"):
        course.nbgrader_autograde(prepare=False)
    assert (course.marks("ada"), course.autograded("ada")) == before


def test_faults_of_course_and_grader_wait_for_a_person(
    course: TinyCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug of the grader")

    monkeypatch.setattr(engine, "start", lambda **_: None)
    course.submit("ada", solve("add"))
    (course.root / "autograder.toml").write_text("reveal = 'everything'\n")  # a fault of the course
    course.nbgrader_autograde(prepare=False)
    assert set(course.marks("ada").values()) == {Mark(None, None, True), Mark(0.0, None, False)}
    assert course.marks("ada")["add_checks"] == Mark(None, None, True)

    course.record(graded_as("ada"))
    monkeypatch.setattr(engine, "grade", broken)
    course.nbgrader_autograde(prepare=False)
    assert course.marks("ada")["add_checks"] == Mark(None, None, True)


def test_an_engine_that_is_not_needed_goes(
    course: TinyCourse, tiny_checks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", 600.0)
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.GradeByLaws.idle_seconds = 0.3\n")
    course.submit("ada", solve("add"))
    before = set(threading.enumerate())  # other tests' sandboxes in this process
    course.nbgrader_autograde(prepare=False)
    zygote = engine.start(0.3)._spawner.pid
    # bubblewrap's: started by exec, no copy of this process
    assert executable(zygote) != executable(os.getpid())
    wait_until(lambda: not alive(zygote))
    started = [thread for thread in threading.enumerate() if thread not in before]
    assert [thread.name for thread in started if "zygote" in thread.name] == []
    assert engine._sandbox is None  # the next press starts another
