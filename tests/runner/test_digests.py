"""A changed check is told by its digest, and so is nothing else."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from autograder.laws import Law
from autograder.laws.registry import Check
from autograder.runner import digests
from tests.runner.made_up import check

CHECKS = '''
"""Laws."""
from autograder.laws.vocabulary import Law
from made_up_shared import bound

LARGE = (3, 4)

def helper(x):
    return x + bound()

def one(x):
    """It is so."""
    return Law((), lambda: helper(x))

def other(x):
    """It is otherwise."""
    return Law((), lambda: LARGE)
'''
SHARED = "def bound():\n    return 1\n\ndef unused():\n    return 2\n"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(digests, "ROOMS", ("made_up_checks", "made_up_shared"))
    yield tmp_path
    for name in ("made_up_checks", "made_up_shared"):
        sys.modules.pop(name, None)


def seen(folder: Path, checks: str = CHECKS, shared: str = SHARED) -> dict[str, str]:
    (folder / "made_up_checks.py").write_text(checks)
    (folder / "made_up_shared.py").write_text(shared)
    for cached in (digests._used, digests._statements):
        cached.cache_clear()
    for name in ("made_up_checks", "made_up_shared"):
        sys.modules.pop(name, None)
    importlib.invalidate_caches()
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        module: ModuleType = importlib.import_module("made_up_checks")
    finally:
        sys.dont_write_bytecode = before
    found: dict[str, Check] = {name: check(getattr(module, name)) for name in ("one", "other")}
    return {name: digests.of_check(each) for name, each in found.items()}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('"""It is so."""', '"""It is not so."""', {"one"}),
        ("return x + bound()", "return x - bound()", {"one"}),
        ("LARGE = (3, 4)", "LARGE = (3, 5)", {"other"}),
        ("LARGE = (3, 4)", "LARGE = (  3,4 )  # four", set()),
        ('"""Laws."""', '"""All laws."""', set()),
    ],
)
def test_a_digest_changes_with_what_a_check_uses(
    written: Path, old: str, new: str, changed: set[str]
) -> None:
    before, after = seen(written), seen(written, CHECKS.replace(old, new))
    assert {name for name in before if before[name] != after[name]} == changed


def test_what_a_check_imports_belongs_to_it(written: Path) -> None:
    before = seen(written)
    assert seen(written, shared=SHARED.replace("return 2", "return 3")) == before
    after = seen(written, shared=SHARED.replace("return 1", "return 3"))
    assert after["one"] != before["one"]
    assert after["other"] == before["other"]


def test_thresholds_belong_to_checks_that_ask_for_them(written: Path) -> None:
    asking = check(lambda course: Law((), lambda: None), name="asking")
    deaf = check(lambda: Law((), lambda: None), name="deaf")
    assert digests.of_check(asking, "goal 0.8") != digests.of_check(asking, "goal 0.9")
    assert digests.of_check(deaf, "goal 0.8") == digests.of_check(deaf, "goal 0.9")
