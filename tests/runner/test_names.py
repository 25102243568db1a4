"""What a cell binds and what a function looks up, read from the text; no text can stop the reader."""

from __future__ import annotations

import pytest

from autograder.model import Cell
from autograder.runner import names


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("x = 1", {"x"}),
        ("a, (b, *c) = 1, (2, 3)", {"a", "b", "c"}),
        ("x: int = 1\ny += 1", {"x", "y"}),
        ("import numpy as np, os.path\nfrom torch import nn as n, no_grad", {"np", "os", "n", "no_grad"}),
        ("from torch import *", {"*"}),
        ("def f(a):\n    inner = a\nclass C:\n    field = 1", {"f", "C"}),
        ("for i in range(3):\n    with open('f') as file:\n        last = i", {"i", "file", "last"}),
        ("f = lambda hidden: [other for other in hidden]", {"f"}),
        ("%matplotlib inline\nfiles = !ls\n!pip list\nx = 1", {"files", "x"}),
        ("%%time\nx = 1", {"x"}),
        # no Python: line by line
        ('def f(a):\n    return a\nclass C:\n    pass\ny = 2\nz: int = 3\nimport a.b, c as d\nprint "x"',
         {"f", "C", "y", "z", "a", "d"}),
        ("from torchvision import models, io as files\nif y == 2\n", {"models", "files"}),
    ],
)  # fmt: skip
def test_what_a_cell_binds(source: str, bound: set[str]) -> None:
    assert names.bound(source) == bound


def test_what_a_cell_gives_another_meaning() -> None:
    assert names.changed("F = 3\nF.softmax = None\nnet.weight[0] = 1\ndel old") == {"F", "net", "old"}
    assert names.changed("print(F.softmax(x))\nF.relu(x)") == frozenset()


def test_the_same_import_again_changes_nothing() -> None:
    known = names.imports("import torch.nn.functional as F\nimport torch")
    assert names.changed("import torch\nimport torch.nn.functional as F", known) == frozenset()
    assert names.changed("import numpy.fft as F", known) == {"F"}


CELLS = (
    Cell(0, "code", "import torch\nimport torch.nn.functional as F\nscale = 2"),
    Cell(1, "code", "def inner(x, device):\n    y = sum(x)\n    return F.relu(y * scale)"),
    Cell(2, "code", "@torch.no_grad()\ndef outer(x):\n    return [inner(each, 'cpu') for each in x]"),
    Cell(3, "code", "class Net(Base):\n    def forward(self, x):\n        return outer(x)"),
    Cell(4, "code", "handy = lambda x: outer(x)"),
)


def test_a_function_looks_up_what_it_calls_looks_up() -> None:
    found = {"outer", "torch", "inner", "F", "sum", "scale"}
    assert names.looked_up(CELLS, ["outer"]) == found
    assert names.looked_up(CELLS, ["Net"]) >= found | {"Base"}
    assert names.looked_up(CELLS, ["handy"]) >= found


def test_parameters_and_local_names_are_looked_up_nowhere_else() -> None:
    assert not names.looked_up(CELLS, ["inner"]) & {"x", "y", "device"}


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "-" * 20_000 + "1",
        "x = a" + ".b" * 20_000,
        "x = " + "(" * 20_000,
        "if a: pass\n" + "elif b: pass\n" * 3_000,
        "x = " + "lambda: " * 5_000 + "1",
        "x = '\ud800'",
        "x = 1\0",
        "x = 1\n" * 100_000,
    ],
)
def test_no_text_is_too_much(source: str) -> None:
    assert names.bound(source) <= {"x"}
    assert names.changed(source) <= {"x"}
    assert names.looked_up([Cell(0, "code", source)], ["x"]) >= {"x"}
