"""The boundary with a layer less: what the others still hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.model import Returned
from autograder.sandbox.jail.profile import WITHOUT_BUBBLEWRAP, WITHOUT_LANDLOCK
from autograder.sandbox.jailed import Sandbox
from tests.sandbox.sessions import QUICK, call, notebook

ATTACKS = """
import ctypes, os, signal, socket, subprocess, sys

def attempt(attack):
    try:
        return bool(attack())
    except Exception as error:
        return type(error).__name__

def attacks(sentinel, neighbour):
    tried = {
        "fork": os.fork,
        "exec": lambda: subprocess.run(["true"]),
        "socket": socket.socket,
        "kill": lambda: os.kill(os.getppid(), 9),
        "read": lambda: open(sentinel).read(),
        "write": lambda: open(sentinel + "2", "w"),
        "tmp": lambda: open("/tmp/fewlabels-written", "w"),
        "zygote": lambda: open(f"/proc/{os.getppid()}/mem", "rb"),
        "neighbour": lambda: os.listdir(neighbour) + ["x"],
        "neighbours": lambda: os.listdir(".."),
        "shared": lambda: open("/dev/shm/written", "w"),
        "hidden": lambda: __import__("autograder.hidden"),
    }
    return {name: attempt(attack) for name, attack in tried.items()}

def here(): return os.getcwd()
"""


@pytest.fixture(scope="module", params=[WITHOUT_LANDLOCK, WITHOUT_BUBBLEWRAP])
def reduced(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(profile=request.param) as opened:
        yield opened


def test_a_reduced_boundary_says_so_and_holds(reduced: Sandbox, tmp_path: Path) -> None:
    assert reduced.name in (WITHOUT_LANDLOCK, WITHOUT_BUBBLEWRAP)
    assert len(reduced.notes) == 1
    sentinel = tmp_path / "sentinel"
    sentinel.write_text("grade book")
    neighbour, attacker = reduced.session(QUICK), reduced.session(QUICK)
    neighbour.run(notebook(ATTACKS))
    place = call(neighbour, "here")
    assert isinstance(place, Returned)
    attacker.run(notebook(ATTACKS))
    # Without Landlock, a neighbour's scratch is safe because its name is: nothing inside tells it (see "neighbours").
    other = place.value if reduced.name == WITHOUT_BUBBLEWRAP else "/scratch/" + "0" * 32
    outcome = call(attacker, "attacks", sentinel=str(sentinel), neighbour=other)
    assert isinstance(outcome, Returned)
    allowed = {"PermissionError", "FileNotFoundError", "ModuleNotFoundError", "OSError"}
    assert {name: answer for name, answer in outcome.value.items() if answer not in allowed} == {}
    assert list(tmp_path.iterdir()) == [sentinel]
    neighbour.close()
    attacker.close()
