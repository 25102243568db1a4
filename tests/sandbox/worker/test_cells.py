"""Cells run in a process of their own: the shell is the process's one IPython, and takes over its streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = """
import json, os, sys
out = os.fdopen(os.dup(1), "w")
from autograder.sandbox.worker.cells import Cells
cells = Cells()
cells.attach()
results = [cells.run(source, 100_000) for source in json.loads(sys.argv[1])]
out.write(json.dumps(results))
"""

CELLS: dict[str, str] = {
    "prints": "import sys\nprint('one')\nprint('two')\nprint('three', file=sys.stderr)\nprint('four')",
    "result": "1 + 1",
    "silent": "1 + 1;",
    "display": "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))\n3",
    "figure": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "figure without show": "plt.plot([1, 2]);",
    "other backend": "%matplotlib notebook\nplt.plot([1, 2]);",
    "bytes": "class P:\n    def _repr_png_(self): return b'\\x89PNG'\nP()",
    "raises": "def f():\n    1 / 0\nf()",
    "syntax": "x = (",
    "after": "y = 5\ny",
    "exit": "exit()\nquit\nget_ipython().ask_exit()\nprint('still here')",
    "sys.exit": "import sys\nsys.exit(1)",
    "interrupt": "raise KeyboardInterrupt",
    "input": "input('name?')",
    "command": "files = !ls\n!pip install torch\nprint(files)",
    "time": "%time z = 3\nz",
    "cell magic": "%%time\nw = 4",
    "write": "%%writefile beside.py\nANSWER = 42",
    "import": "import beside\nbeside.ANSWER",
    "unknown magic": "%nonsense",
    "await": "import asyncio\nawait asyncio.sleep(0.001)\n7",
    "flood": "for i in range(100_000): print('x' * 100)",
    "clear": "from IPython.display import clear_output\nprint('old')\nclear_output()\nprint('new')",
    "clear later": "print('old')\nclear_output(wait=True)\nprint('new')",
    "last": "8",
    "underscore": "_ + 1",
    "main": "__name__, __import__('sys').modules['__main__'].y",
    "bad repr": "class R:\n    def __repr__(self): raise ValueError('no repr')\nR()",
    "history": "%history -n",
    "name": "import os\nos.environ.get('DISPLAY')",
    "progress": "try:\n    from tqdm.auto import tqdm\n    list(tqdm(range(3)))\nexcept ImportError: pass",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    home = str(tmp_path_factory.mktemp("home"))
    root = Path(__file__).resolve().parents[3]
    line = [sys.executable, "-c", RUN, json.dumps(list(CELLS.values()))]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": home,
        "IPYTHONDIR": home,
        "MPLCONFIGDIR": home,
        "PYTHONPATH": f":{root}",
    }
    environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    done = subprocess.run(
        line, cwd=home, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(CELLS, json.loads(done.stdout), strict=True))


def kinds(result: dict[str, Any]) -> list[str]:
    return [output["output_type"] for output in result["outputs"]]


def text(result: dict[str, Any], name: str = "stdout") -> str:
    return "".join(output["text"] for output in result["outputs"] if output.get("name") == name)


def shown(result: dict[str, Any]) -> Any:
    return result["outputs"][-1]["data"]["text/plain"]


def raised(result: dict[str, Any]) -> str | None:
    return result["raised"] and result["raised"]["type"]


def test_streams_keep_their_order(results: dict[str, Any]) -> None:
    assert [(o["name"], o["text"]) for o in results["prints"]["outputs"]] == [
        ("stdout", "one\ntwo\n"),
        ("stderr", "three\n"),
        ("stdout", "four\n"),
    ]


def test_the_last_value_is_the_result(results: dict[str, Any]) -> None:
    assert kinds(results["result"]) == ["execute_result"]
    assert shown(results["result"]) == "2"
    assert results["result"]["outputs"][0]["execution_count"] == 2
    assert results["silent"]["outputs"] == []


def test_displays_are_shown(results: dict[str, Any]) -> None:
    assert kinds(results["display"]) == ["display_data", "execute_result"]
    assert results["display"]["outputs"][0]["data"]["text/html"] == "<b>x</b>"


@pytest.mark.parametrize("name", ["figure", "figure without show", "other backend", "bytes"])
def test_pictures_are_shown_in_base64(results: dict[str, Any], name: str) -> None:
    assert results[name]["outputs"][-1]["data"]["image/png"].startswith("iVBOR")


def test_a_failing_cell_names_its_exception_and_line(results: dict[str, Any]) -> None:
    assert kinds(results["raises"]) == ["error"]
    error = results["raises"]["outputs"][0]
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert "1 / 0" in "\n".join(error["traceback"])
    assert results["raises"]["raised"]["where"] == "line 2 of its cell: 1 / 0"
    assert raised(results["syntax"]) == "SyntaxError"


def test_a_failing_cell_does_not_stop_the_next(results: dict[str, Any]) -> None:
    assert shown(results["after"]) == "5"


def test_exit_goes_nowhere(results: dict[str, Any]) -> None:
    assert text(results["exit"]) == "still here\n"
    assert raised(results["exit"]) is None
    assert raised(results["sys.exit"]) == "SystemExit"
    assert raised(results["interrupt"]) == "KeyboardInterrupt"


def test_nobody_answers_input(results: dict[str, Any]) -> None:
    assert raised(results["input"]) == "StdinNotImplementedError"


def test_shell_commands_are_said_and_not_run(results: dict[str, Any]) -> None:
    assert raised(results["command"]) is None
    assert text(results["command"]) == "[]\n"
    assert "pip install torch" in text(results["command"], "stderr")


def test_magics_work(results: dict[str, Any]) -> None:
    assert shown(results["time"]) == "3"
    assert "Wall time" in text(results["cell magic"])
    assert shown(results["import"]) == "42"
    assert "nonsense" in json.dumps(results["unknown magic"]["outputs"])
    assert shown(results["await"]) == "7"
    assert raised(results["history"]) is None


def test_a_flood_is_cut(results: dict[str, Any]) -> None:
    flood = text(results["flood"])
    assert 100_000 <= len(flood) < 100_200
    assert flood.endswith("cut here)\n")


def test_outputs_are_cleared(results: dict[str, Any]) -> None:
    assert text(results["clear"]) == "new\n"
    assert text(results["clear later"]) == "new\n"


def test_a_notebook_looks_like_a_notebook(results: dict[str, Any]) -> None:
    assert shown(results["underscore"]) == "9"
    assert shown(results["main"]) == "('__main__', 5)"
    assert raised(results["progress"]) is None


def test_a_result_without_a_repr_is_no_end(results: dict[str, Any]) -> None:
    assert "no repr" in json.dumps(results["bad repr"]["outputs"])
    assert shown(results["underscore"]) == "9"
