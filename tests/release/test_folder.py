"""The release folder is the old one or the new one, whole, whenever the process that replaces it is killed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.release import folder

OLD = {"a.ipynb": b"old notebook", "MANIFEST.json": b"old"}
NEW = {"a.ipynb": b"new notebook", "DATA.md": b"notes", "MANIFEST.json": b"new"}
STEPS = 400  # more than there are


def put(course: Path, files: dict[str, bytes]) -> None:
    with folder.workshop(course, course / "release" / "a") as staged:
        folder.write(staged, files)
        folder.publish(staged, course / "release" / "a")


def standing(course: Path) -> dict[str, bytes] | None:
    final = course / "release" / "a"
    return {path.name: path.read_bytes() for path in final.iterdir()} if final.exists() else None


def killed_at(step: int, act: Callable[[], None]) -> bool:
    """Runs `act` in a process of its own that kills itself at its n-th step: a file opened, written, renamed, removed ...

    False where the process came to its end before.
    """
    child = os.fork()
    if child == 0:
        seen = 0

        def die(event: str, _: object) -> None:
            nonlocal seen
            if event.split(".")[0] in ("open", "os", "shutil", "ctypes", "fcntl"):
                seen += 1
                if seen == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(die)
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_a_new_release_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    assert standing(tmp_path) == OLD
    put(tmp_path, NEW)
    assert standing(tmp_path) == NEW
    assert [path.name for path in (tmp_path / folder.PLACE).iterdir()] == ["lock"]


def test_killed_at_any_step_it_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    seen = []
    for step in range(1, STEPS):
        course = tmp_path / str(step)
        put(course, OLD)
        killed = killed_at(step, partial(put, course, NEW))
        found = standing(course)
        assert found in (OLD, NEW), f"step {step}"
        seen.append(found)
        put(course, NEW)  # what was left does not stand in the way
        assert standing(course) == NEW
        if not killed:
            break
    assert len(seen) > 20
    assert seen[0] == OLD
    assert seen[-1] == NEW
    assert seen == sorted(seen, key=[OLD, NEW].index)


def test_where_folders_cannot_change_places_the_next_run_puts_it_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_exchanged", lambda one, other: False)
    gone = 0
    for step in range(1, STEPS):
        course = tmp_path / str(step)
        put(course, OLD)
        killed = killed_at(step, partial(put, course, NEW))
        found = standing(course)
        gone += found is None
        assert found in (OLD, NEW, None), f"step {step}"
        with folder.workshop(course, course / "release" / "a"):
            assert standing(course) in (OLD, NEW)
        if not killed:
            break
    assert gone >= 1  # the gap that the exchange does not have


def test_the_first_release_is_whole_or_not_there(tmp_path: Path) -> None:
    for step in range(1, STEPS):
        course = tmp_path / str(step)
        course.mkdir()
        killed = killed_at(step, partial(put, course, NEW))
        assert standing(course) in (None, NEW)
        if not killed:
            break
    assert step > 10


def test_a_failure_leaves_the_old_one_and_no_litter(tmp_path: Path) -> None:
    put(tmp_path, OLD)
    with pytest.raises(TypeError):
        put(tmp_path, {**NEW, "z": "no bytes"})  # type: ignore[dict-item]
    assert standing(tmp_path) == OLD
    assert not (tmp_path / folder.PLACE / "staged").exists()


def test_two_at_a_time_are_refused(tmp_path: Path) -> None:
    with (
        folder.workshop(tmp_path, tmp_path / "release" / "a"),
        pytest.raises(UsageError, match="Another process"),
        folder.workshop(tmp_path, tmp_path / "release" / "b"),
    ):
        pass


def test_files_are_readable_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        put(tmp_path, NEW)
    finally:
        os.umask(before)
    final = tmp_path / "release" / "a"
    assert final.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in final.iterdir()} == {0o644}
