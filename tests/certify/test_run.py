"""The command end to end, on one exercise of a small course: over the sandbox, in a process of its own, resumed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.certify import workers
from autograder.cli.app import DONE, PERSON_NEEDED, WRONG_USAGE, app
from autograder.errors import UsageError
from autograder.release import skeleton
from tests.checks.corpora import ROOT

EXERCISE = "cosine_similarities"
LOOP = f'''"""Never ends.

caught by: {EXERCISE}/runs_and_returns_a_tensor
"""


# %% {EXERCISE}
def {EXERCISE}(queries, support):
    while True:
        pass
'''
NO_MISTAKE = f'''"""Is right, and called a mistake.

caught by: {EXERCISE}/it_is_symmetric
"""


# %% {EXERCISE}
def {EXERCISE}(queries, support):
    return F.cosine_similarity(queries.unsqueeze(1), support, dim=2)
'''


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two right programs, one of them the source, and two mistakes."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "assignments" / "matching", course / "assignments" / "matching")
    for kind, names in {"solutions": ["similarities_loop"], "mistakes": ["similarities_dot_product"]}.items():
        folder = course / "corpus" / "matching" / kind
        folder.mkdir(parents=True)
        for name in names:
            shutil.copy(ROOT / "corpus" / "matching" / kind / f"{name}.py", folder)
    (course / "corpus" / "matching" / "mistakes" / "similarities_loop_for_ever.py").write_text(LOOP)
    (course / "autograder.toml").write_text("[limits]\ncall_seconds = 0.25\n")
    return course


def certify(course: Path, journal: Path, *options: str) -> tuple[int, dict[str, Any]]:
    arguments = [
        "certify",
        "matching",
        "--course",
        str(course),
        "--journal",
        str(journal),
        "--jobs",
        "1",
        "--json",
    ]
    result = CliRunner().invoke(app, [*arguments, "--only", EXERCISE, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


PROGRAMS = ("--kind", "solutions", "--kind", "mistakes")


def test_it_runs_in_the_sandbox_and_goes_on_from_its_journal(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "journal.jsonl"
    status, found = certify(course, journal, "--seeds", "1", *PROGRAMS)
    assert (status, found["certified"]) == (DONE, True)
    assert found["solutions"]["passed"] == found["mistakes"]["caught"] == 2
    assert "similarities_loop_for_ever" in found["kills"][f"{EXERCISE}/runs_and_returns_a_tensor"]
    assert "similarities_dot_product" in found["kills"][f"{EXERCISE}/lengths_do_not_matter"]
    assert (course / ".autograder" / "certificates" / "matching.html").is_file()

    # a program that was not there before is all that is done now
    wrong = course / "corpus" / "matching" / "mistakes" / "similarities_right.py"
    wrong.write_text(NO_MISTAKE)
    done: list[str] = []
    original = workers.run

    def watched(course: Path, assignment: str, trials: Any, *rest: Any) -> Any:
        done.extend(trial.name for trial in trials)
        return original(course, assignment, trials, *rest)

    monkeypatch.setattr("autograder.cli.certify.run", watched)
    status, found = certify(course, journal, "--seeds", "1", *PROGRAMS)
    wrong.unlink()
    assert done == ["similarities_right"]
    assert (status, found["mistakes"]["rest"]) == (PERSON_NEEDED, ["similarities_right"])
    assert found["mistakes"]["caught"] == 2


def test_a_course_with_checks_of_its_own_is_certified_as_its_term_has_it(tmp_path: Path) -> None:
    course = tmp_path / "course"
    course.mkdir()
    skeleton.write("tiny", course, skeleton.files("tiny", course))
    (course / "autograder.toml").write_text("variant = 4\n")
    command = ["certify", "tiny", "--course", str(course), "--journal", str(tmp_path / "journal.jsonl")]
    result = CliRunner().invoke(app, [*command, "--seeds", "1", "--jobs", "1", "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["false_alarms"] == 0
    assert (found["solutions"]["total"], found["mistakes"]["total"]) == (4, 5)  # the source itself among them
    assert found["solutions"]["rest"] == found["mistakes"]["rest"] == []
    assert found["mutants"]["total"] > 5
    assert [key for key in found["kills"] if not key.startswith("centred/")] == []


def test_what_is_not_there_is_told(course: Path, tmp_path: Path) -> None:
    for options in (["--kind", "mutts"], ["--only", "nothing_is_called_so"]):
        result = CliRunner().invoke(app, ["certify", "matching", "--course", str(course), *options])
        assert isinstance(result.exception, UsageError)
    assert WRONG_USAGE == 2


def test_a_process_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.certify.runs import Trial
    from autograder.course.settings import Settings
    from autograder.errors import CourseError
    from autograder.model import Notebook

    trial = Trial("solutions", "any", "any", 1, Notebook("a", ()), True)
    with pytest.raises(CourseError, match="no checks for an assignment"):
        list(workers.run(ROOT, "unheard_of", [trial], Settings(), 1))


def left_of(group: int) -> list[str]:
    """The processes of a group that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, rest = path.read_text().rpartition(")")
            state, _, its_group = rest.split()[:3]
            if int(its_group) == group and state not in "ZX":
                found.append(name)
    return found


def test_ctrl_c_keeps_what_is_done_and_leaves_nobody_behind(course: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    options = ["certify", "matching", "--course", str(course), "--journal", str(journal), "--jobs", "1"]
    command = [sys.executable, "-m", "autograder", *options, "--only", EXERCISE, "--seeds", "50"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 240
    while not (journal.is_file() and journal.read_text().count('"key"') >= 2):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Results that were finished are kept." in said
    while left_of(process.pid):  # who notices that the others are gone ends by itself
        assert time.monotonic() < deadline, left_of(process.pid)
        time.sleep(0.1)
    assert all(json.loads(line)["checks"] > 0 for line in journal.read_text().split("\n") if line)
