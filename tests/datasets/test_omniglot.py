from __future__ import annotations

from pathlib import Path

import pytest
import torch

from autograder.datasets import load
from autograder.datasets.omniglot import omniglot
from autograder.datasets.shrink import ink_of_png, shrink
from autograder.errors import DataError
from tests.datasets.conftest import Maker

SMALL = {"Greek": 3, "Latin": 2}
SET = "images_background_small1"


@pytest.fixture
def root(make: Maker, tmp_path: Path) -> Path:
    make.zip(tmp_path / f"{SET}.zip", make.members(SET, SMALL))
    return tmp_path


def test_classes_labels_and_drawers(root: Path) -> None:
    data = omniglot(root)
    assert data.class_names == (
        "Greek/character01",
        "Greek/character02",
        "Greek/character03",
        "Latin/character01",
        "Latin/character02",
    )
    assert data.labels.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert data.drawers.tolist() == [0, 1] * 5
    assert data.images.shape == (10, 1, 28, 28)


def test_each_image_is_its_file(make: Maker, root: Path) -> None:
    members = make.members(SET, SMALL)
    data = omniglot(root, size=35)
    for image, name in zip(data.images, sorted(members), strict=True):
        assert torch.equal(image, shrink(ink_of_png(members[name])[None], 35)[0])


@pytest.mark.parametrize("where", ["folder of zips", "one zip", "renamed zip", "folder of sets", "one set"])
def test_every_way_of_keeping_the_files(make: Maker, tmp_path: Path, where: str) -> None:
    members = make.members(SET, SMALL)
    expected = omniglot(make.zip(tmp_path / f"{SET}.zip", members))
    if where == "renamed zip":
        path = make.zip(tmp_path / "mine.zip", members)
    else:
        unpacked = make.unpacked(tmp_path / "unpacked", members)
        path = {
            "folder of zips": tmp_path,
            "one zip": tmp_path / f"{SET}.zip",
            "folder of sets": unpacked,
            "one set": unpacked / SET,
        }[where]
    data = omniglot(path)
    assert data.class_names == expected.class_names
    assert torch.equal(data.images, expected.images)


def test_load_finds_the_folder_of_the_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWLABELS_OMNIGLOT", str(root))
    assert len(load("omniglot")) == 10
    monkeypatch.delenv("FEWLABELS_OMNIGLOT")
    monkeypatch.setenv("FEWLABELS_DATA", str(root))
    assert len(load("omniglot", size=20)) == 10


def test_the_full_sets_are_joined_and_preferred(make: Maker, root: Path) -> None:
    for name, alphabets in (("images_background", {"Greek": 1}), ("images_evaluation", {"Oriya": 2})):
        make.zip(root / f"{name}.zip", make.members(name, alphabets))
    assert omniglot(root).alphabets == ("Greek", "Oriya")
    assert omniglot(root, sets=SET).alphabets == ("Greek", "Latin")


def test_a_character_of_two_sets_is_taken_once(make: Maker, root: Path) -> None:
    other = "images_background_small2"
    make.zip(root / f"{other}.zip", make.members(other, {"Greek": 3, "Sanskrit": 1}))
    data = omniglot(root, sets=(SET, other))
    assert data.alphabets == ("Greek", "Latin", "Sanskrit")
    assert data.labels.bincount().tolist() == [2] * 6


def test_strangers_in_an_archive_are_passed_over(make: Maker, tmp_path: Path) -> None:
    members = make.members(SET, {"Greek": 1})
    strange = {
        "__MACOSX/x/Greek/character01/._0101_01.png": b"x",
        f"{SET}/.DS_Store": b"x",
        "README.md": b"x",
    }
    assert len(omniglot(make.zip(tmp_path / "x.zip", members | strange))) == 2


def test_an_unnumbered_drawer_is_unknown(make: Maker, tmp_path: Path) -> None:
    path = make.zip(tmp_path / "x.zip", {"set/Mine/character01/scan.png": make.png(make.stroke(10))})
    assert omniglot(path).drawers.tolist() == [-1]


@pytest.mark.parametrize("content", [b"", b"no png", b"\x89PNG\r\n\x1a\n" + bytes(20)])
def test_a_damaged_drawing_is_named(make: Maker, tmp_path: Path, content: bytes) -> None:
    name = f"{SET}/Greek/character01/0101_01.png"
    path = make.zip(tmp_path / "x.zip", make.members(SET, SMALL) | {name: content})
    with pytest.raises(DataError) as caught:
        omniglot(path)
    assert name in caught.value.what
    assert caught.value.file == str(path)
    assert "fetch it again" in caught.value.remedy


def test_an_archive_of_something_else(make: Maker, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no drawing in it"):
        omniglot(make.zip(tmp_path / "x.zip", {"holiday/beach.png": b"x"}))


def test_missing_data_says_where_it_looked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        omniglot(tmp_path)
    assert caught.value.file == str(tmp_path)
    assert "autograder data fetch images_background" in caught.value.remedy
    assert "FEWLABELS_OMNIGLOT" in caught.value.remedy


def test_a_missing_set_is_named(root: Path) -> None:
    with pytest.raises(DataError, match="images_evaluation is neither here"):
        omniglot(root, sets=[SET, "images_evaluation"])


@pytest.mark.parametrize("sets", ["small1", [SET, "strokes"], []])
def test_unknown_sets_are_refused_with_the_choice(root: Path, sets: str | list[str]) -> None:
    with pytest.raises(DataError, match=r"Choose from: images_background, images_evaluation"):
        omniglot(root, sets=sets)


def test_sets_of_a_single_archive_are_refused(root: Path) -> None:
    assert len(omniglot(root / f"{SET}.zip", sets=SET)) == 10
    with pytest.raises(DataError, match="no sets to choose from"):
        omniglot(root / f"{SET}.zip", sets="images_background")
