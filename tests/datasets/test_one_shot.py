from __future__ import annotations

from pathlib import Path

import pytest
import torch

from autograder.datasets.one_shot import one_shot_runs
from autograder.errors import DataError
from tests.datasets.conftest import Maker


def test_runs_in_order_with_their_answers(make: Maker, tmp_path: Path) -> None:
    runs = one_shot_runs(make.zip(tmp_path / "all_runs.zip", make.runs()))
    assert [run.name for run in runs] == ["run01", "run02"]
    assert [run.answers.tolist() for run in runs] == [[1, 2, 0], [2, 0, 1]]
    for run in runs:
        assert run.support.shape == run.query.shape == (3, 1, 28, 28)
        nearest = torch.cdist(run.query.flatten(1), run.support.flatten(1)).argmin(dim=1)
        assert nearest.tolist() == run.answers.tolist()


@pytest.mark.parametrize(
    "where", ["folder with the zip", "folder with all_runs", "all_runs itself", "prefixed zip"]
)
def test_every_way_of_keeping_the_files(make: Maker, tmp_path: Path, where: str) -> None:
    if where == "folder with the zip":
        make.zip(tmp_path / "all_runs.zip", make.runs())
    elif where == "prefixed zip":
        make.zip(tmp_path / "all_runs.zip", {f"all_runs/{name}": data for name, data in make.runs().items()})
    else:
        make.unpacked(tmp_path / "all_runs", make.runs())
    path = tmp_path / "all_runs" if where == "all_runs itself" else tmp_path
    assert [run.answers.tolist() for run in one_shot_runs(path, size=14)] == [[1, 2, 0], [2, 0, 1]]


def test_the_environment_says_where(make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make.zip(tmp_path / "all_runs.zip", make.runs())
    monkeypatch.setenv("FEWLABELS_OMNIGLOT", str(tmp_path))
    assert len(one_shot_runs()) == 2


def test_missing_data_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Run: autograder data fetch all_runs\."):
        one_shot_runs(tmp_path)


LABELS = "run01/class_labels.txt"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({LABELS: b""}, "asks for no image"),
        ({LABELS: b"run01/test/item01.png\n"}, "line 1: 'run01/test/item01.png' is no pair"),
        ({LABELS: b"run01/test/item09.png run01/training/class01.png"}, "line 1: .* is no pair"),
        ({LABELS: b"../../x.png run01/training/class01.png"}, "line 1: .* is no pair"),
        ({LABELS: b"run01/test/item01.png run01/training/class09.png"}, "class09.png', which is not in"),
        ({LABELS: b"run01/test/item01.png run02/training/class01.png"}, "which is not in run01/training/"),
        ({LABELS: b"run01/test/item01.png run01/training/class01.png\n" * 2}, "one image twice"),
        ({LABELS: b"\xff\xfe\x00 \x01"}, "is no pair"),
        ({"run01/test/item01.png": b"x"}, "run01/test/item01.png is no PNG"),
        ({"run01/training/class01.png": b"x"}, "run01/training/class01.png is no PNG"),
    ],
)
def test_a_damaged_run_is_named(make: Maker, tmp_path: Path, change: dict[str, bytes], words: str) -> None:
    path = make.zip(tmp_path / "all_runs.zip", make.runs() | change)
    with pytest.raises(DataError, match=words) as caught:
        one_shot_runs(path)
    assert caught.value.file == str(path)


def test_an_archive_of_something_else(make: Maker, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no run in it"):
        one_shot_runs(make.zip(tmp_path / "x.zip", {"holiday/beach.png": b"x"}))
