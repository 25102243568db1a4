from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox import scratch


def test_a_scratch_is_measured(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "big").write_bytes(b"x" * 300_000)
    assert scratch.within(str(tmp_path), 1_000_000)
    assert not scratch.within(str(tmp_path), 200_000)


def test_too_many_files_are_too_much(tmp_path: Path) -> None:
    for name in range(50):
        (tmp_path / str(name)).touch()
    allowed, scratch.ENTRIES_CAP = scratch.ENTRIES_CAP, 40
    try:
        assert not scratch.within(str(tmp_path), 1_000_000)
    finally:
        scratch.ENTRIES_CAP = allowed


def test_what_cannot_be_looked_at_is_too_much(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d" * 20, dir_fd=here)
        deeper = os.open("d" * 20, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    assert not scratch.within(str(tmp_path), 1 << 30)


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_bytes(b"x" * 300_000)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(outside)
    (inside / "file").symlink_to(outside / "kept")
    assert scratch.within(str(inside), 100_000)
    scratch.remove(str(inside))
    assert not inside.exists()
    assert (outside / "kept").exists()


def test_a_tree_deeper_than_any_path_is_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(500):
        os.mkdir("d" * 20, dir_fd=here)
        deeper = os.open("d" * 20, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    scratch.remove(str(top))
    assert not top.exists()


def test_closed_directories_and_odd_files_are_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "closed" / "inner").mkdir(parents=True)
    (top / "closed" / "inner" / "file").touch()
    (top / "removed-1").mkdir()
    os.mkfifo(top / "fifo")
    (top / "closed" / "inner").chmod(0)
    (top / "closed").chmod(0)
    scratch.remove(str(top))
    assert not top.exists()
