"""`autograder gpu-check`: what a person is told about a program, for files and notebooks."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
import pytest
import torch
from typer.testing import CliRunner

from autograder.cli.app import app
from autograder.errors import UsageError

HEAD = """import torch
from torch import nn
import torch.nn.functional as F
device = "cuda" if torch.cuda.is_available() else "cpu"
"""


def check(folder: Path, code: str, *options: str, name: str = "program.py") -> tuple[int, str]:
    """Exit status and output of the command for a file with this code."""
    path = folder / name
    path.write_text(code)
    before, modules = list(sys.path), sys.modules["__main__"]
    result = CliRunner().invoke(app, ["gpu-check", str(path), *options])
    assert (sys.path, sys.modules["__main__"], torch.cuda.is_available()) == (before, modules, False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_program_that_runs_on_both(tmp_path: Path) -> None:
    status, said = check(
        tmp_path, HEAD + "net = nn.Linear(4, 3).to(device)\nloss = net(torch.rand(5, 4).to(device)).sum()\n"
    )
    assert status == 0
    assert "It runs on a GPU:" in said


def test_a_label_left_behind_is_told_with_its_line(tmp_path: Path) -> None:
    code = HEAD + (
        "def loss_of(images):\n    targets = torch.arange(3)\n    return F.cross_entropy(images, targets)\n"
        "loss_of(torch.rand(3, 3).to(device))\n"
    )
    status, said = check(tmp_path, code)
    assert status == 1
    assert "program.py, line 7: return F.cross_entropy(images, targets)" in said
    assert "`targets` was created on the CPU in line 6; create it with device=images.device." in said
    assert "simulated_cuda" not in said


def test_the_first_variable_that_differs_is_told(tmp_path: Path) -> None:
    status, said = check(tmp_path, HEAD + "x = torch.ones(3).to(device)\nif x.is_cuda:\n    x = x * 2\n")
    assert status == 1
    assert "The runs part at program.py, line 6: `x` is 3 on the CPU and 6 on the GPU." in said


def test_a_program_that_stays_on_the_cpu_is_told_so(tmp_path: Path) -> None:
    status, said = check(tmp_path, HEAD + "nn.Linear(4, 3)(torch.rand(5, 4))\n")
    assert status == 0
    assert "nothing of it on the GPU" in said


def test_work_that_stays_on_the_cpu_is_told(tmp_path: Path) -> None:
    code = HEAD + "net = nn.Linear(4, 3)\nout = net(net(torch.rand(5, 4)) @ torch.rand(3, 4)).to(device)\n"
    assert "still run on the CPU" in check(tmp_path, code)[1]


def test_a_program_for_gpus_alone(tmp_path: Path) -> None:
    status, said = check(tmp_path, HEAD + "out = nn.Linear(4, 3).cuda()(torch.rand(5, 4).cuda())\n")
    assert status == 0
    assert "so no values were compared" in said


def test_a_program_that_fails_anyway(tmp_path: Path) -> None:
    status, said = check(tmp_path, HEAD + "raise ValueError('no data')\n")
    assert status == 1
    assert "It fails on the CPU already:" in said
    assert "ValueError: no data" in said


def test_json_arguments_and_neighbours(tmp_path: Path) -> None:
    (tmp_path / "helper_of_mine.py").write_text(
        'import torch\ndevice = "cuda" if torch.cuda.is_available() else "cpu"\n'
    )
    code = (
        "import sys\nimport torch\nfrom helper_of_mine import device\nprint(sys.argv[1:])\n"
        "x = torch.ones(int(sys.argv[2])).to(device).sum()\n"
    )
    status, said = check(tmp_path, code, "--json", "--", "--size", "4")
    found = json.loads(said[said.index("{") :])
    assert (status, found["schema"], found["runs_on_gpu"]) == (0, 1, True)
    assert "1 moves" in found["says"][0]
    assert "helper_of_mine" not in sys.modules


def test_a_notebook(tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell("%matplotlib inline\n" + HEAD),
        nbformat.v4.new_markdown_cell("text"),
        nbformat.v4.new_code_cell("!ls\nx = torch.rand(3, 3).to(device)\ny = torch.arange(3)"),
        nbformat.v4.new_code_cell("F.cross_entropy(x, y)"),
    ]
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    status, said = check(tmp_path, text, name="mine.ipynb")
    assert status == 1
    assert "mine.ipynb, cell 3, line 1: F.cross_entropy(x, y)" in said
    assert "`y` is on the CPU; move it with y.to(x.device)." in said


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Only Python files and notebooks"):
        check(tmp_path, "x", name="words.txt")
