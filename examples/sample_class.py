"""Submissions of the fewshot assignment, as instructors get them: right, wrong, half done, broken, hostile.

Each is made from the assignment's source notebook, so that the sample class never falls behind it. Everybody has trained a network
of their own, so that no two have the same weights; but for two, who share them. Three have made the same mistake.
"""

from __future__ import annotations

import copy
import json
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save

from autograder.course import corpus

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "assignments" / "fewshot" / "fewshot.ipynb"
MISTAKES = ROOT / "corpus" / "fewshot" / "mistakes"
SOLUTIONS = ROOT / "corpus" / "fewshot" / "solutions"
WEIGHTS = (
    ROOT / "corpus" / "fewshot" / "trained.safetensors"
)  # by the source notebook, with the seed that stands in it
WEIGHTS_NAME = "fewshot.safetensors"  # as students hand it in
SHARING = ("all-right", "all-right-in-loops")
STUB = "raise NotImplementedError()\n"

Document = dict[str, Any]


def perfect() -> Document:
    return corpus.as_submission(SOURCE, {})


def mistaken(*names: str) -> Document:
    cells: dict[str, str] = {}
    for name in names:
        cells |= corpus.read(MISTAKES / f"{name}.py").cells
    return corpus.as_submission(SOURCE, cells)


def in_another_style() -> Document:
    return corpus.as_submission(SOURCE, corpus.read(SOLUTIONS / "whole_notebook_in_loops.py").cells)


def half_done() -> Document:
    stubs = {
        "episode_loss": f"def episode_loss(embed, support_x, support_y, query_x, query_y):\n    {STUB}",
        "embedding_net": f"class EmbeddingNet(nn.Module):\n    def __init__(self):\n        {STUB}",
        "train": f"def train(net, images, labels, **settings):\n    {STUB}",
    }
    return corpus.as_submission(SOURCE, stubs)


def with_code(exercise: str, code: str) -> Document:
    """A submission in which one solution cell has this code behind its solution."""
    document = perfect()
    _cell(document, exercise)["source"] += "\n" + code
    return document


def without_cell(exercise: str) -> Document:
    document = perfect()
    document["cells"] = [cell for cell in document["cells"] if _grade_id(cell) != exercise]
    return document


def cells_deleted_and_doubled() -> Document:
    document = perfect()
    kept = [cell for cell in document["cells"] if _grade_id(cell) not in ("sample_episode_checks", "written")]
    kept.insert(20, copy.deepcopy(_cell(document, "class_prototypes_checks")))
    kept.insert(20, copy.deepcopy(_cell(document, "class_prototypes")))
    document["cells"] = kept
    return document


SNOOPING = """
import glob, os
for place in ["/etc/passwd", "/etc/shadow", os.path.expanduser("~/.ssh/id_rsa"), "../../../gradebook.db"]:
    try:
        print(open(place).read())
    except OSError as error:
        print("could not read", place, error)
print(glob.glob("/home/*"), glob.glob("../*"), glob.glob("/**/hidden/fewshot/*.py", recursive=True)[:3])
"""

CLASS: dict[str, Callable[[], Document | str]] = {
    "all-right": perfect,
    "all-right-in-loops": in_another_style,
    "sums-divided-by-n-way": lambda: mistaken("prototypes_divided_by_n_way"),
    "sums-divided-by-n-way-too": lambda: mistaken("prototypes_divided_by_n_way"),
    "sums-divided-and-loops": lambda: mistaken("prototypes_divided_by_n_way", "train_no_zero_grad"),
    "plain-distance": lambda: mistaken("probabilities_plain_distance"),
    "softmax-over-queries": lambda: mistaken("probabilities_over_queries"),
    "query-overlaps-support": lambda: mistaken("episode_query_contains_support"),
    "no-zero-grad": lambda: mistaken("train_no_zero_grad"),
    "three-mistakes": lambda: mistaken(
        "prototypes_no_grad", "episode_first_classes_only", "net_functional_dropout"
    ),
    "half-done": half_done,
    "syntax-error": lambda: with_code("class_probabilities", "def oops(:\n    pass\n"),
    "missing-function": lambda: without_cell("sample_episode"),
    "infinite-loop": lambda: with_code(
        "train", "def train(*args, **settings):\n    while True:\n        pass\n"
    ),
    "exits": lambda: with_code("episode_loss", "import os\nos._exit(0)\n"),
    "segfault": lambda: with_code(
        "class_probabilities",
        "def class_probabilities(queries, prototypes):\n    import ctypes\n    ctypes.string_at(0)\n",
    ),
    "memory-hog": lambda: with_code("embedding_net", "hog = torch.ones(50_000_000_000)\n"),
    "cells-deleted-and-doubled": cells_deleted_and_doubled,
    "warns-on-stderr": lambda: with_code(
        "class_prototypes", "import warnings\nwarnings.warn('nothing to worry about')\n"
    ),
    "reads-files": lambda: with_code("class_prototypes", SNOOPING),
    "no-json": lambda: "{ this was a notebook once",
    "empty": lambda: json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}),
}


def hand_in(course: Path) -> None:
    """Writes the course's assignment and everybody's submission into a course directory."""
    assignment = course / "assignments" / "fewshot"
    assignment.mkdir(parents=True)
    shutil.copy(SOURCE, assignment)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    for student, made in CLASS.items():
        folder = course / "submitted" / student / "fewshot"
        folder.mkdir(parents=True)
        document = made()
        text = document if isinstance(document, str) else json.dumps(document, indent=1)
        (folder / "fewshot.ipynb").write_text(text, encoding="utf-8")
        if not isinstance(document, str):
            (folder / WEIGHTS_NAME).write_bytes(_trained_by("all-right" if student in SHARING else student))


def _trained_by(student: str) -> bytes:
    """The trained weights, moved by less than any law notices: another run's, as it were."""
    state = load_file(WEIGHTS)
    noise = np.random.default_rng(zlib.crc32(student.encode()))
    moved = {
        name: array + 1e-6 * noise.standard_normal(array.shape).astype(array.dtype)
        if array.dtype.kind == "f"
        else array
        for name, array in state.items()
    }
    return save(moved)


def _grade_id(cell: Any) -> str | None:
    grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return grade_id if isinstance(grade_id, str) else None


def _cell(document: Document, grade_id: str) -> Any:
    return next(cell for cell in document["cells"] if _grade_id(cell) == grade_id)
