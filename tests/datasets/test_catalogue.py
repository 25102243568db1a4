from __future__ import annotations

from pathlib import Path

import pytest

from autograder.datasets import DataError, load
from autograder.datasets.catalogue import catalogue
from autograder.datasets.data_folders import data_folder, omniglot_places
from autograder.datasets.fetch import CHECKSUMS
from tests.datasets.conftest import Maker


def test_everything_is_listed(tmp_path: Path) -> None:
    entries = {entry.name: entry for entry in catalogue(tmp_path)}
    assert list(entries) == ["glyphs", "digits", *CHECKSUMS]
    assert entries["glyphs"].present
    for name in CHECKSUMS:
        entry = entries[name]
        assert (entry.present, entry.place) == (False, None)
        assert entry.remedy == f"autograder data fetch {name}"


def test_what_is_present_lies_where_it_says_and_loads(make: Maker, tmp_path: Path) -> None:
    name = "images_background_small2"
    make.zip(tmp_path / f"{name}.zip", make.members(name, {"Greek": 1}))
    make.unpacked(tmp_path / "all_runs", make.runs())
    entries = {entry.name: entry for entry in catalogue(tmp_path)}
    assert entries[name].place == tmp_path / f"{name}.zip"
    assert (entries[name].present, entries[name].remedy) == (True, "")
    assert entries["all_runs"].place == tmp_path / "all_runs"
    assert len(load("omniglot", root=entries[name].place)) == 2


def test_absent_data_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        load("omniglot", root=tmp_path)


def test_places_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWLABELS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FEWLABELS_OMNIGLOT", str(tmp_path / "omniglot"))
    assert data_folder() == tmp_path / "data"
    assert omniglot_places() == (tmp_path / "omniglot", tmp_path / "data")
    assert omniglot_places(tmp_path / "mine") == (tmp_path / "mine",)


def test_without_the_variable_downloads_go_to_the_user_s_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEWLABELS_DATA")
    folder = data_folder()
    assert folder.is_absolute()
    assert "fewlabels" in folder.parts
