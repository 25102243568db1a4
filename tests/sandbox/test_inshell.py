"""A person's own notebook in this process: cells run as in Jupyter, in the notebook's folder, and leave no trace."""

from __future__ import annotations

import builtins
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.environment import JAIL
from autograder.model import Call, Cell, CellResult, Notebook, Raised, Returned
from autograder.sandbox.inshell import InShell
from autograder.sandbox.transport import Batch


@pytest.fixture(autouse=True)
def _not_in_grading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(JAIL, raising=False)


def run(folder: Path, *sources: str) -> tuple[InShell, tuple[CellResult, ...]]:
    shell = InShell(folder)
    cells = tuple(Cell(2 * index, "code", source) for index, source in enumerate(sources))
    return shell, shell.run(Notebook("ada.ipynb", cells))


def answer(shell: InShell, function: str, **arguments: Any) -> Any:
    (outcome,) = shell.answer(Batch((Call(function, arguments),)))
    assert isinstance(outcome, Returned)
    return outcome.value


def test_cells_run_as_in_jupyter(tmp_path: Path) -> None:
    shell, results = run(
        tmp_path, "%precision 3\nx = 2", "print('hi')\nx + 1", "1 / 0", "def f(k):\n    return k * x"
    )
    assert [each.index for each in results] == [0, 2, 4, 6]
    assert [each.raised and each.raised.type for each in results] == [None, None, "ZeroDivisionError", None]
    kinds = [output["output_type"] for output in results[1].outputs]
    assert kinds == ["stream", "execute_result"]
    assert results[1].outputs[0]["text"] == "hi\n"
    assert answer(shell, "f", k=3) == 6


def test_figures_are_captured_and_no_window_opens(tmp_path: Path) -> None:
    _, results = run(tmp_path, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert [list(output["data"]) for output in results[0].outputs] == [["text/plain", "image/png"]]


def test_the_folder_is_the_notebook_s(tmp_path: Path) -> None:
    before = Path.cwd()
    (tmp_path / "data.txt").write_text("42")
    shell, results = run(
        tmp_path, "open('data.txt').close()\ndef f():\n    return int(open('data.txt').read())"
    )
    assert results[0].raised is None
    assert answer(shell, "f") == 42
    assert Path.cwd() == before


def test_check_in_a_cell_does_nothing_while_the_notebook_is_checked(tmp_path: Path) -> None:
    _, results = run(tmp_path, "from autograder import check\ncheck('class_prototypes')")
    assert (results[0].raised, results[0].outputs) == (None, ())
    assert JAIL not in os.environ


def test_an_environment_that_was_quiet_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JAIL, "as it was")
    run(tmp_path, "x = 1")
    assert os.environ[JAIL] == "as it was"


def test_streams_and_folder_are_put_back_also_after_ctrl_c(tmp_path: Path) -> None:
    streams, folder = (sys.stdout, sys.stderr), Path.cwd()
    run(tmp_path, "raise KeyboardInterrupt", "import sys; sys.exit()")
    assert ((sys.stdout, sys.stderr), Path.cwd()) == (streams, folder)


def test_nobody_is_asked_for_input_and_afterwards_a_person_can_be(tmp_path: Path) -> None:
    asking = builtins.input
    shell, results = run(tmp_path, "def f():\n    return input('your name? ')\nf()")
    assert results[0].raised is not None
    assert results[0].raised.type == "StdinNotImplementedError"
    (outcome,) = shell.answer(Batch((Call("f"),)))
    assert isinstance(outcome, Raised)
    assert outcome.type == "StdinNotImplementedError"
    assert builtins.input is asking


def test_renewed_is_run_from_the_top_in_a_fresh_namespace(tmp_path: Path) -> None:
    source = "seen = globals().get('seen', [])\ndef f():\n    seen.append(1)\n    return len(seen)"
    shell, _ = run(tmp_path, source)
    assert [answer(shell, "f"), answer(shell, "f")] == [1, 2]
    shell.renew()
    assert answer(shell, "f") == 1


def test_what_functions_print_when_they_are_asked_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell, _ = run(tmp_path, "def f():\n    print('episode 0')\n    return 1")
    assert answer(shell, "f") == 1
    assert capsys.readouterr() == ("", "")


def test_a_module_beside_the_notebook_is_found_and_leaves_no_path_behind(tmp_path: Path) -> None:
    (tmp_path / "beside_this_notebook.py").write_text("three = 3")
    before = list(sys.path)
    shell, results = run(tmp_path, "from beside_this_notebook import three\ndef f(k): return k * three")
    assert results[0].raised is None
    assert answer(shell, "f", k=2) == 6
    assert sys.path == before
