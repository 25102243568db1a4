"""Plain `nbgrader autograde`: the real engine, behind the real boundary, on submissions as they lie there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbgrader.converters import NbGraderException
from tiny_course import Mark, TinyCourse, graded_as

from autograder import assignment, checks, settings
from autograder.errors import SandboxUnavailable
from autograder.nbgrader_bridge import engine
from autograder.runner import Grader
from autograder.sandbox import jailed

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

ROOT = Path(__file__).parents[2]
SOLVED = {"add": "return x + 1", "double": "return 2 * x", "greet": "return [x, x]"}

CHECKS = '''
from hypothesis import strategies as st
from autograder.laws import Broken, Law, function
from autograder.registry import check

def of(name, right):
    asked = function(name, "x")

    def comes_out(x):
        """What was asked for comes out."""
        return Law((asked(x),), lambda out: None if out == right(x) else Broken("It is something else."))

    def whatever_comes_out(x):
        """Something comes out."""
        return Law((asked(x),), lambda out: None if out is not None else Broken("Nothing came out."))

    for law in (comes_out, whatever_comes_out):
        law.__module__ = __name__
        check(asked, x=st.integers(0, 9), examples=4)(law)

of("add", lambda x: x + 1)
of("double", lambda x: 2 * x)
of("greet", lambda x: [x, x])
'''


@pytest.fixture(scope="module")
def tiny_checks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Checks of the made-up assignment, as if they were installed."""
    folder = tmp_path_factory.mktemp("checks")
    (folder / "tiny.py").write_text(CHECKS)
    checks.__path__.append(str(folder))
    yield folder
    checks.__path__.remove(str(folder))
    sys.modules.pop("autograder.checks.tiny", None)
    engine.close()


def solve(*names: str) -> object:
    def edit(notebook: nbformat.NotebookNode) -> None:
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in names:
                cell.source = f"import sys\nprint('hm', file=sys.stderr)\ndef {name}(x):\n    {SOLVED[name]}"
            elif name in SOLVED:
                cell.source = f"def {name}(x):\n    return 'wrong'"

    return edit


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
        assignment.load(assignment.find(course.root, "tiny")), settings.read(course.root), engine.start()
    )
    done = course.record(
        *(grader.grade(course.folder(student) / "tiny.ipynb", student) for student in students)
    )
    assert [done[student].score for student in students] == [7.5, 1.5 + 2.0 + 1.25, None, 0.0]
    for student in students:
        assert course.marks(student) == other.marks(student)
        assert course.autograded(student) == other.autograded(student)
    assert [output.text for output in course.autograded_cell("ada", "add").outputs] == ["hm\n"]


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
    def unavailable() -> None:
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

    monkeypatch.setattr(engine, "start", lambda: None)
    course.submit("ada", solve("add"))
    (course.root / "autograder.toml").write_text("reveal = 'everything'\n")  # a fault of the course
    course.nbgrader_autograde(prepare=False)
    assert set(course.marks("ada").values()) == {Mark(None, None, True), Mark(0.0, None, False)}
    assert course.marks("ada")["add_checks"] == Mark(None, None, True)

    course.record(graded_as("ada"))
    monkeypatch.setattr(engine, "grade", broken)
    course.nbgrader_autograde(prepare=False)
    assert course.marks("ada")["add_checks"] == Mark(None, None, True)
