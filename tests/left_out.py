"""What a run of the tests leaves out is said at its end, with the command that runs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

COMMAND = "tox run -e campaign"
CORPUS, OF_THE_CORPUS = "tests/checks", "tox run -e corpus"


class LeftOut:
    """Counts the campaign tests that a run deselects, by room; with xdist, the workers tell the process that reports."""

    def __init__(self) -> None:
        self.rooms: Counter[str] = Counter()

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        # `-m` leaves out long tests only; `-k` all that is called otherwise, and whoever gives it knows
        if all(item.get_closest_marker("campaign") for item in items):
            self.rooms.update(_room(item.path, item.config.rootpath) for item in items)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        told = getattr(session.config, "workeroutput", None)
        if told is not None:
            told["left_out"] = dict(self.rooms)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        # each worker collects all tests, so the last to end says what the first did
        self.rooms = Counter(getattr(node, "workeroutput", {}).get("left_out", self.rooms))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.rooms:
            terminalreporter.write_line(sentence(self.rooms))


def sentence(rooms: Counter[str]) -> str:
    """Return the line that a person reads, for the number of tests left out in each room."""
    places = ", ".join(f"{room} {count}" for room, count in sorted(rooms.items()))
    alone = f"; those of {CORPUS} alone with: {OF_THE_CORPUS}" if CORPUS in rooms else ""
    return f"Left out: {rooms.total()} long tests ({places}). They run with: {COMMAND}{alone}"


def _room(path: Path, root: Path) -> str:
    return path.relative_to(root).parent.as_posix()
