"""Rules of a torch that none were shipped for: made once, kept, and never a reason to refuse anything else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autograder.simulated_cuda import (
    SimulationUnavailable,
    operator_table,
    rules,
    selftest,
    simulated_cuda,
    unsupported,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """As with a torch of which nobody had heard; gives the folder of the cache."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    shutil.copy(next(rules.FOLDER.glob("torch-*.json")), shipped / "torch-1.0.json")
    monkeypatch.setattr(rules, "FOLDER", shipped)
    monkeypatch.setattr(selftest, "_passed", False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rules.load.cache_clear()
    yield tmp_path / "cache" / "fewlabels" / "simulated_cuda"
    rules.load.cache_clear()


def kept(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def test_rules_are_shipped_for_the_versions_that_people_have() -> None:
    assert {"2.11", "2.13", "2.14"} <= set(rules.checked_versions())
    for path in rules.FOLDER.glob("torch-*.json"):
        found = rules.parsed(path.read_text(encoding="utf-8"))
        assert len(found.same_device) > 500
        assert "aten::add.Tensor" in found.iterator


def test_the_rules_of_an_unknown_torch_are_made_once_and_that_is_said(
    unknown: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with simulated_cuda():
        assert torch.ones(2, device="cuda").is_cuda
    said = capsys.readouterr()
    (file,) = kept(unknown)
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert torch.__version__ in said.err
    assert str(file) in said.err
    made = rules.load()
    rules.load.cache_clear()  # as in the next process
    assert rules.load() == made
    assert capsys.readouterr().err == ""


def test_what_was_made_is_what_is_shipped(unknown: Path) -> None:
    made = rules.load()
    shipped = Path(rules.__file__).parent / "rules" / f"torch-{operator_table.version()}.json"
    if shipped.is_file():
        assert rules.parsed(shipped.read_text(encoding="utf-8")) == made


@pytest.mark.parametrize("half", ["", "[]", '{"same_device": {"aten::mm": 3}, "iterator": []}', "{"])
def test_a_cache_that_holds_no_rules_is_made_anew(unknown: Path, half: str) -> None:
    rules.load()
    (file,) = kept(unknown)
    whole = file.read_text(encoding="utf-8")
    file.write_text(half, encoding="utf-8")
    rules.load.cache_clear()
    assert len(rules.load().same_device) > 500
    assert file.read_text(encoding="utf-8") == whole


def test_another_generators_rules_are_not_used(unknown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules.load()
    monkeypatch.setattr(operator_table, "digest", lambda: "another")
    assert rules.at_hand() is None


def test_a_home_that_cannot_be_written_does_without_a_cache(
    unknown: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert unsupported() is None


def test_where_they_cannot_be_made_it_says_so_and_what_to_install(
    unknown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchgen.gen", None)
    why = unsupported()
    assert why is not None
    assert "could not be made" in why
    assert "shipped for 1.0" in why
    assert "tests" not in why
    assert kept(unknown) == []
    with pytest.raises(SimulationUnavailable), simulated_cuda():
        pass


def test_the_jail_sees_no_cache_and_makes_none(
    unknown: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rules.load()
    rules.load.cache_clear()
    capsys.readouterr()
    monkeypatch.setattr(rules, "_in_memory", False)  # so that it is put back
    rules.keep_in_memory()
    assert rules.at_hand() is None
    (file,) = kept(unknown)
    file.unlink()
    rules.load()
    assert (kept(unknown), capsys.readouterr().err) == ([], "")


IN_A_CELL = """
import os, pathlib
from autograder.simulated_cuda import rules, simulated_cuda
with simulated_cuda() as seen:
    found = float((torch.ones(3, 3).cuda() @ torch.ones(3, 3).cuda()).sum().cpu())
lies = pathlib.Path(rules.FOLDER, f"torch-{rules.operator_table.version()}.json")
def tell():
    return {"found": found, "there": lies.is_file(), "writable": os.access(lies, os.W_OK)}
"""
SCRIPT = f"""
import json, sys
from autograder.model import Call, Cell, Limits, Notebook
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.transport import Batch

simulate = json.loads(sys.argv[1])
with Sandbox(simulate_gpu=simulate) as sandbox:
    session = sandbox.session(Limits(cell_seconds=60.0))
    ran = session.run(Notebook("n", (Cell(0, "code", "import torch" + {IN_A_CELL!r}),)))
    (told,) = session.answer(Batch((Call("tell"),)))
    print(json.dumps([sandbox.no_gpu, session.no_gpu(), str(ran[0].raised), told.value, *sandbox.notes]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandbox needs Linux")
@pytest.mark.parametrize("simulate", [True, False])
def test_a_sandbox_opens_with_an_unknown_torch(simulate: bool, tmp_path: Path) -> None:
    """A GPU is asked for: rules are made on our side and shown to the jail, for reading. It is not: nobody makes any, and a
    cell that simulates one by itself has it all the same."""
    ours = tmp_path / "autograder"
    shutil.copytree(ROOT / "autograder", ours, ignore=shutil.ignore_patterns("__pycache__"))
    (ours / "simulated_cuda" / "rules" / f"torch-{operator_table.version()}.json").unlink()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(simulate)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    no_gpu, no_gpu_for_it, raised, told, *notes = json.loads(done.stdout)
    assert (no_gpu, no_gpu_for_it, raised) == (None, None, "None")
    assert told == {"found": 27.0, "there": simulate, "writable": False}
    assert [note for note in notes if "GPU" in note] == []
    made = kept(tmp_path / "cache" / "fewlabels")
    assert len(made) == simulate
    assert done.stderr.count("simulated GPU") == simulate
