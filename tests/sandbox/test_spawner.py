from __future__ import annotations

import dataclasses
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import SandboxBroken
from autograder.sandbox.jail.profile import choose
from autograder.sandbox.jail.view import view
from autograder.sandbox.spawner import Spawner, ZygoteGone


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another temporary directory, to see what is left in it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


def test_a_zygote_that_cannot_start_says_why(elsewhere: Path) -> None:
    shown = view()
    spawner = Spawner(choose(shown), dataclasses.replace(shown, sites=()), 1 << 20)
    with pytest.raises(SandboxBroken, match="No module named"):
        spawner.start()
    with pytest.raises(ZygoteGone):
        spawner.spawn({}, 0, 0)
    spawner.close()


def test_an_interpreter_that_is_not_there_is_said(elsewhere: Path) -> None:
    shown = view()
    spawner = Spawner(
        choose(shown), dataclasses.replace(shown, interpreter="/usr/bin/no-such-python"), 1 << 20
    )
    with pytest.raises(SandboxBroken, match="no-such-python"):
        spawner.start()
    spawner.close()


def test_closing_does_not_wait_for_a_zygote_that_starts(elsewhere: Path) -> None:
    shown = view()
    spawner = Spawner(choose(shown), shown, 1 << 20)
    failures: list[BaseException] = []

    def start() -> None:
        try:
            spawner.start()
        except SandboxBroken as error:
            failures.append(error)

    starter = threading.Thread(target=start)
    starter.start()
    while spawner.pid is None:
        time.sleep(0.01)
    begun = time.monotonic()
    spawner.close()
    starter.join()
    assert time.monotonic() - begun < 10.0
    assert len(failures) == 1
