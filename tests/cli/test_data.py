"""`autograder data`: what there is, and a look at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_data_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FEWLABELS_DATA", str(tmp_path / "cache"))
    monkeypatch.delenv("FEWLABELS_OMNIGLOT", raising=False)


def test_list_says_what_is_there_and_how_to_get_the_rest(run: Run) -> None:
    done = run("data", "list")
    assert (done.status, done.err) == (0, "")
    rows = {line.split("│")[1].strip(): line for line in done.out.splitlines() if line.startswith("│")}
    assert "yes" in rows["glyphs"]
    assert "no" in rows["images_background"]
    assert "autograder data fetch" in done.out


def test_show_draws_a_sheet(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    done = run("data", "show", "glyphs", "--out", path)
    assert (done.status, done.out.replace("\n", "")) == (0, f"Wrote {path}")
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_show_of_what_is_not_there_says_how_to_get_it(run: Run, tmp_path: Path) -> None:
    done = run("data", "show", "omniglot", "--out", tmp_path / "sheet.png")
    assert done.status == 2
    assert "autograder data fetch" in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "sheet.png").exists()


def test_an_unknown_name_is_named_with_those_that_there_are(run: Run, tmp_path: Path) -> None:
    done = run("data", "show", "mnist", "--out", tmp_path / "sheet.png")
    assert done.status == 2
    assert "mnist" in done.err
    assert "glyphs" in done.err
    assert "Traceback" not in done.err


def test_fetching_an_unknown_name_fetches_nothing(run: Run, tmp_path: Path) -> None:
    done = run("data", "fetch", "mnist", "--to", tmp_path)
    assert done.status == 2
    assert "mnist" in done.err
    assert "images_background" in done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []
