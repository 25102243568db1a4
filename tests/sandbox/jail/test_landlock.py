"""Landlock restricts a process for good: each case runs in one of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.jail import landlock

ROOT = Path(__file__).resolve().parents[3]


def restricted(read: list[Path], write: list[Path], code: str) -> str:
    program = f"""
import os, sys
from autograder.sandbox.jail import landlock, limits
limits.no_new_privileges()
landlock.restrict({[str(path) for path in read]!r}, {[str(path) for path in write]!r})
def attempt(attack):
    try: attack(); return "yes"
    except OSError as error: return error.strerror
print({code})
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    found = {name: tmp_path / name for name in ("shown", "own", "other")}
    for place in found.values():
        place.mkdir()
        (place / "file").write_text("#!/bin/true")
        (place / "file").chmod(0o755)
    return found


CASES = {
    ("shown", "open(path + '/file').read()"): "yes",
    ("shown", "os.listdir(path)"): "yes",
    ("shown", "open(path + '/file', 'a')"): "Permission denied",
    ("shown", "open(path + '/new', 'w')"): "Permission denied",
    ("shown", "os.truncate(path + '/file', 0)"): "Permission denied",
    ("own", "open(path + '/file').read()"): "yes",
    ("own", "open(path + '/new', 'w')"): "yes",
    ("own", "os.makedirs(path + '/a/b')"): "yes",
    ("own", "os.execv(path + '/file', ['x'])"): "Permission denied",
    ("own", "os.rename(path + '/file', path + '/moved')"): "yes",
    ("own", "os.unlink(path + '/moved')"): "yes",
    ("other", "open(path + '/file').read()"): "Permission denied",
    ("other", "os.listdir(path)"): "Permission denied",
    ("other", "open(path + '/new', 'w')"): "Permission denied",
    ("other", "os.unlink(path + '/file')"): "Permission denied",
    ("other", "os.mkdir(path + '/a')"): "Permission denied",
}


def test_paths_are_what_they_were_declared(places: dict[str, Path]) -> None:
    attempts = ", ".join(f"attempt(lambda path={str(places[place])!r}: {attack})" for place, attack in CASES)
    got = restricted([places["shown"], Path(sys.base_prefix)], [places["own"]], f"'\\n'.join([{attempts}])")
    assert dict(zip(CASES, got.splitlines(), strict=True)) == CASES


def test_a_single_file_can_be_shown_and_a_missing_one_is_passed_over(places: dict[str, Path]) -> None:
    file, missing = places["other"] / "file", places["other"] / "missing"
    code = f"attempt(lambda: open({str(file)!r})), attempt(lambda: os.listdir({str(places['other'])!r}))"
    assert restricted([file, missing, Path(sys.base_prefix)], [], code) == "yes Permission denied"


def test_the_kernel_says_how_far_it_goes() -> None:
    assert landlock.abi() >= 1


@pytest.mark.parametrize(
    ("version", "rights"), [(1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (6, 16), (9, 16)]
)
def test_rights_follow_the_version(version: int, rights: int) -> None:
    known = landlock.FILES_OF_ABI[max(each for each in landlock.FILES_OF_ABI if each <= version)]
    assert known == (1 << rights) - 1
