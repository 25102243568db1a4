"""A class, made by a seed: right solutions, mistakes of the corpus, broken files. Nothing in it runs into a deadline."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.course import corpus
from examples import sample_class as sample

# Those that hang or crash on purpose wait for deadlines; they are no measure of a grader's speed.
SLOW = ("loop", "hang", "sleep", "exit", "crash", "segfault", "slow", "forever", "hog", "memory")
# the one in loops waits for a cell's deadline
STYLES = ("whole_notebook_short", "whole_notebook_with_classes")
SHARES = {"right": 0.35, "mistaken": 0.45, "half done": 0.1, "broken": 0.1}


def mistakes() -> list[str]:
    """The mistakes that come to a verdict in their own time."""
    names = sorted(path.stem for path in sample.MISTAKES.glob("*.py"))
    return [name for name in names if not any(word in name for word in SLOW)]


def hand_in(course: Path, count: int, seed: int) -> dict[str, str]:
    """Writes assignment and submissions into a new course directory; returns student -> kind."""
    source = course / "assignments" / "fewshot"
    source.mkdir(parents=True)
    shutil.copy(sample.SOURCE, source)
    chance = random.Random(seed)
    makers = _makers(chance)
    kinds = {}
    for number in range(count):
        student = f"student{number:05d}"
        kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
        _write(course / "submitted" / student / "fewshot", makers[kind]())
        kinds[student] = kind
    return kinds


def _makers(chance: random.Random) -> dict[str, Callable[[], Any]]:
    solutions = [{}, *(corpus.read(sample.SOLUTIONS / f"{name}.py").cells for name in STYLES)]
    broken: list[Callable[[], Any]] = [
        lambda: sample.with_code("class_probabilities", "def oops(:\n    pass\n"),
        lambda: sample.without_cell("sample_episode"),
        sample.cells_deleted_and_doubled,
        lambda: "{ this was a notebook once",
    ]
    names = mistakes()
    return {
        "right": lambda: corpus.as_submission(sample.SOURCE, chance.choice(solutions)),
        "mistaken": lambda: corpus.as_submission(
            sample.SOURCE, corpus.read(sample.MISTAKES / f"{chance.choice(names)}.py").cells
        ),
        "half done": sample.half_done,
        "broken": lambda: chance.choice(broken)(),
    }


def _write(folder: Path, document: Any) -> None:
    folder.mkdir(parents=True)
    text = document if isinstance(document, str) else json.dumps(_without_training(document))
    (folder / "fewshot.ipynb").write_text(text, encoding="utf-8")
    if not isinstance(document, str):
        shutil.copy(sample.WEIGHTS, folder / "fewshot.safetensors")


def _without_training(document: dict[str, Any]) -> dict[str, Any]:
    """As students hand it in: the notebook says last that training is skipped, also where nobody injects that."""
    for cell in document["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = "".join(cell["source"]).replace("skip_training = False", "skip_training = True")
    return document
