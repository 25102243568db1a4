"""For every room: torch on one thread, the same examples every time, and snapshots of the texts that people read.

`FEWLABELS_SNAPSHOTS=write pytest tests/ROOM` writes the room's snapshots anew; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from autograder.laws import registry
from tests.left_out import LeftOut

torch.set_num_threads(1)  # tests share a machine's cores
settings.register_profile("tests", derandomize=True, database=None, deadline=None, max_examples=30)
settings.load_profile("tests")

SNAPSHOTS = Path(__file__).parent / "snapshots"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LeftOut(), "left_out")


@pytest.fixture(autouse=True)
def _no_course_in_use() -> Iterator[None]:
    """A course's own checks are found for as long as its test runs, and by no other test."""
    yield
    if registry._own:
        registry.use(SNAPSHOTS)  # where there are none


@pytest.fixture(autouse=True)
def _the_same_main_module() -> Iterator[None]:
    """A shell puts the notebook's namespace in its place; processes that a later test starts look there."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """snapshot(name, text): the text has to be what tests/snapshots/ROOM/NAME says.

    ROOM is the test's folder, or what its file calls SNAPSHOTS. Pictures stand there as their alternative text: their
    lines are matplotlib's.
    """
    room = getattr(request.module, "SNAPSHOTS", request.path.parent.name)

    def compare(name: str, text: str) -> None:
        path = SNAPSHOTS / room / name
        # of one file each, which would stand in every snapshot again
        text = re.sub(r"<(style|script)>.*?</\1>", r"<\1>...</\1>", text, flags=re.DOTALL)
        text = re.sub(r'<svg [^>]*aria-label="([^"]*)".*?</svg>', r"<svg>\1</svg>", text, flags=re.DOTALL)
        text = re.sub(r"data:image/svg\+xml;base64,[\w+/=]+", "data:image/svg+xml", text)
        if os.environ.get("FEWLABELS_SNAPSHOTS") == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{room}/{name} is new: run pytest with FEWLABELS_SNAPSHOTS=write, and read it"
        assert text == path.read_text(encoding="utf-8")

    return compare
