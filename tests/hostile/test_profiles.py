"""The boundary as root and as an ordinary user, with a layer less, and where there is none. Nothing here is simulated by a mock.

The suite tries a few attacks of every family; the campaign (`tox run -e campaign -- tests/hostile`) all of them.
"""

from __future__ import annotations

import json
import os
import sys

import pytest

from autograder.sandbox.jail.profile import FULL, WITHOUT_BUBBLEWRAP, WITHOUT_LANDLOCK
from tests.hostile.users import ordinary, python, without_landlock, without_namespaces

FEW = (
    "reading/grade_book",
    "reading/neighbours_scratch",
    "writing/new_files",
    "network/unix_abstract",
    "processes/kill_the_victim",
    "resources/disk",
    "time/self_stop",
    "forging/stolen_token",
    "notebooks/edited_check",
)


def test_an_ordinary_users_boundary_holds() -> None:
    done = python("-m", "tests.hostile.trial", "best", *FEW, before=ordinary())
    assert done.stdout.startswith(f"{FULL} as uid "), done
    assert "as uid 0;" not in done.stdout
    assert done.returncode == 0, done.stdout


def test_where_namespaces_are_off_landlock_holds_and_says_that_it_is_reduced() -> None:
    done = python("-m", "tests.hostile.trial", "best", *FEW, before=without_namespaces())
    assert done.stdout.startswith(f"{WITHOUT_BUBBLEWRAP} as uid "), done
    assert "Reduced boundary (bubblewrap is not in use: it does not work here" in done.stdout
    assert done.returncode == 0, done.stdout


def test_where_there_is_neither_nobody_is_graded_and_the_remedy_is_said() -> None:
    """Neither namespaces nor Landlock: the doctor says why, and grading refuses."""
    doctor = python(*without_landlock("-m", "autograder", "doctor", "--json"), before=without_namespaces())
    assert doctor.returncode == 3, doctor
    found = {each["profile"]: each for each in json.loads(doctor.stdout)["profiles"]}
    assert [each["works"] for each in found.values()] == [False] * 3
    assert "the kernel has no Landlock" in found[FULL]["says"]
    assert "apt-get install bubblewrap" in found[FULL]["says"]
    refused = python(*without_landlock("-m", "tests.hostile.trial", "best"), before=without_namespaces())
    assert refused.returncode == 1
    assert refused.stdout.startswith("SandboxUnavailable: No boundary for hostile code")
    assert "--unsandboxed" in refused.stdout


@pytest.mark.campaign
@pytest.mark.parametrize("profile", [FULL, WITHOUT_LANDLOCK, WITHOUT_BUBBLEWRAP])
@pytest.mark.parametrize("user", ["root", "ordinary"])
def test_every_attack_under_every_profile(profile: str, user: str) -> None:
    if user == "root":
        assert os.getuid() == 0, "run the campaign as root: it becomes an ordinary user by itself"
    done = python("-m", "tests.hostile.trial", profile, before=ordinary() if user == "ordinary" else [])
    assert done.returncode == 0, done.stdout


@pytest.mark.campaign
def test_every_attack_where_namespaces_are_off() -> None:
    done = python("-m", "tests.hostile.trial", "best", before=without_namespaces())
    assert done.stdout.startswith(WITHOUT_BUBBLEWRAP), done
    assert done.returncode == 0, done.stdout


UNSANDBOXED = """
import tempfile
from pathlib import Path
from autograder.sandbox.jailed import Sandbox
from tests.hostile import course
with Sandbox(unsandboxed=True) as sandbox:
    graded = course.grader(sandbox).grade(course.hand_in(Path(tempfile.mkdtemp()), course.document()), "ada")
print(graded.score.sandbox, graded.score.status, sandbox.notes)
"""


def test_a_grade_without_a_boundary_is_stamped() -> None:
    """The flag is the only way where there is no boundary, and every result says so."""
    done = python(*without_landlock("-c", UNSANDBOXED), before=without_namespaces())
    assert done.stdout.startswith('unsandboxed graded ("There was no boundary'), done


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_on_other_systems_grading_refuses_and_self_checks_work(
    system: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from autograder.errors import SandboxUnavailable
    from autograder.sandbox.inprocess import InProcess
    from autograder.sandbox.jailed import Sandbox
    from tests.hostile import course
    from tests.sandbox.sessions import notebook

    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(SandboxUnavailable, match="Grade on Linux") as refused:
        Sandbox()
    assert "parts of Linux" in str(refused.value)
    # What check(...) and `autograder check` do: the student's own process, which needs no boundary.
    from autograder.runner import run_exercises
    from autograder.runner.plans import Planner

    here = InProcess()
    here.run(notebook("import torch", course.RIGHT_DOUBLE, course.WRONG_DOUBLE, course.RIGHT_CENTRE))
    results = run_exercises(course.CHECKS, here, Planner(course.SEED, None))
    assert [check.verdict for check in results["double"]] == ["holds", "falsified", "falsified"]
    assert [check.verdict for check in results["centre"]] == ["holds"] * 4
