from __future__ import annotations

import pytest
import torch

from autograder.datasets.base import Characters
from autograder.errors import CourseError, DataError

NAMES = ("Ada/character01", "Ada/character02", "Bel/character01", "Cem/character01")


@pytest.fixture
def data() -> Characters:
    labels = torch.tensor([3, 0, 2, 1, 0, 2])
    images = (labels[:, None, None, None] / 10).expand(6, 1, 28, 28).to(torch.float32).contiguous()
    return Characters(images, labels, NAMES, torch.tensor([0, 0, 0, 0, 1, 1]))


def test_counts(data: Characters) -> None:
    assert len(data) == 6
    assert data.alphabets == ("Ada", "Bel", "Cem")
    assert data.alphabet_of_class == ("Ada", "Ada", "Bel", "Cem")
    assert repr(data) == "Characters(6 images of 28x28, 4 classes, 3 alphabets: Ada, Bel, Cem)"


def test_alphabet_keeps_each_image_with_its_class(data: Characters) -> None:
    part = data.alphabet(["Cem", "Ada"])
    assert part.class_names == ("Ada/character01", "Ada/character02", "Cem/character01")
    assert part.labels.tolist() == [2, 0, 1, 0]
    assert part.drawers.tolist() == [0, 0, 0, 1]
    for image, label in zip(part.images, part.labels, strict=True):
        original = NAMES.index(part.class_names[label])
        assert image.unique().tolist() == pytest.approx([original / 10])


def test_alphabet_takes_one_name(data: Characters) -> None:
    assert data.alphabet("Bel").labels.tolist() == [0, 0]


@pytest.mark.parametrize("names", ["Dot", ["Ada", "Dot"], []])
def test_unknown_alphabets_are_refused_with_the_choice(data: Characters, names: object) -> None:
    with pytest.raises(DataError, match=r"Choose from: Ada, Bel, Cem\."):
        data.alphabet(names)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("holdout", "held_out"),
    [(1, ("Cem",)), (2, ("Bel", "Cem")), ("Ada", ("Ada",)), (["Cem", "Ada"], ("Ada", "Cem"))],
)
def test_split_shares_no_alphabet_and_loses_no_image(
    data: Characters, holdout: int | str | list[str], held_out: tuple[str, ...]
) -> None:
    train, rest = data.split(holdout)
    assert rest.alphabets == held_out
    assert set(train.class_names) | set(rest.class_names) == set(NAMES)
    assert set(train.alphabets).isdisjoint(rest.alphabets)
    assert len(train) + len(rest) == len(data)


@pytest.mark.parametrize("holdout", [0, 3, 4, -1, ["Ada", "Bel", "Cem"]])
def test_split_refuses_an_empty_side(data: Characters, holdout: int | list[str]) -> None:
    with pytest.raises(DataError, match="leaves one side of the split empty"):
        data.split(holdout)


def test_of_class_by_label_and_by_name(data: Characters) -> None:
    assert data.of_class(2).shape == (2, 1, 28, 28)
    assert torch.equal(data.of_class("Bel/character01"), data.of_class(2))


@pytest.mark.parametrize("which", [4, -1, "Bel/character02"])
def test_of_class_refuses_what_is_not_there(data: Characters, which: int | str) -> None:
    with pytest.raises(DataError, match=r"Labels go from 0 to 3"):
        data.of_class(which)


def test_errors_are_the_course_s() -> None:
    assert issubclass(DataError, CourseError)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": torch.zeros(6, 28, 28)}, "images.shape"),
        ({"images": torch.zeros(6, 1, 28, 28, dtype=torch.float64)}, "images.dtype"),
        ({"images": torch.zeros(5, 1, 28, 28)}, "5 images for 6 labels"),
        ({"images": torch.full((6, 1, 28, 28), 255.0)}, r"leave \[0, 1\]"),
        ({"images": torch.full((6, 1, 28, 28), float("nan"))}, r"leave \[0, 1\]"),
        ({"labels": torch.zeros(6)}, "labels are not"),
        ({"labels": torch.tensor([3, 0, 2, 1, 0, 4])}, "there are 4 classes"),
        ({"labels": torch.tensor([3, 0, 2, 1, 0, -1])}, "there are 4 classes"),
        ({"drawers": torch.zeros(5, dtype=torch.int64)}, "drawers are not"),
        ({"class_names": ("A/1", "A/1", "B/1", "C/1")}, "same name"),
        ({"class_names": ("A", "B", "C", "D")}, "not of the form"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(data: Characters, change: dict[str, object], words: str) -> None:
    fields = {"images": data.images, "labels": data.labels, "class_names": NAMES, "drawers": data.drawers}
    with pytest.raises(DataError, match=words):
        Characters(**{**fields, **change})  # type: ignore[arg-type]
