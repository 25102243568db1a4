from __future__ import annotations

import io

import matplotlib as mpl
import pytest
import torch

from autograder.datasets.base import Characters
from autograder.datasets.glyphs import glyphs
from autograder.datasets.picture import sheet
from autograder.errors import DataError


@pytest.fixture(scope="module")
def data() -> Characters:
    return glyphs(alphabets=3, characters=4, drawers=5)


def test_rows_are_classes_and_columns_are_drawings(data: Characters) -> None:
    canvas, labels = sheet(data, classes=6, drawers=2)
    assert labels == [0, 2, 4, 6, 8, 10]
    assert canvas.shape == (6 * 30 - 2, 2 * 30 - 2)
    assert torch.equal(canvas[60:88, 30:58], data.of_class(4)[1, 0])


def test_a_sheet_is_never_larger_than_the_data(data: Characters) -> None:
    canvas, labels = sheet(data, classes=100, drawers=100)
    assert labels == list(range(12))
    assert canvas.shape == (12 * 30 - 2, 5 * 30 - 2)


@pytest.mark.parametrize(("classes", "drawers"), [(0, 3), (3, 0)])
def test_an_empty_picture_is_refused(data: Characters, classes: int, drawers: int) -> None:
    with pytest.raises(DataError, match="shows nothing"):
        data.picture(classes, drawers)


def test_the_figure_names_its_rows_and_can_be_saved(data: Characters) -> None:
    figure = data.picture(classes=3, drawers=4)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [data.class_names[c] for c in (0, 4, 8)]
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    assert stream.getvalue().startswith(b"\x89PNG")


def test_every_name_fits_on_the_figure() -> None:
    names = ("Inuktitut_(Canadian_Aboriginal_Syllabics)/character01", "i/character1")
    data = Characters(torch.zeros(2, 1, 28, 28), torch.tensor([0, 1]), names, torch.tensor([0, 0]))
    figure = data.picture()
    figure.canvas.draw()
    assert min(label.get_window_extent().x0 for label in figure.axes[0].get_yticklabels()) >= 0


def test_show_draws_with_pyplot(data: Characters, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import pyplot

    with mpl.rc_context({"backend": "agg"}):
        pyplot.switch_backend("agg")
        shown = []
        monkeypatch.setattr(pyplot, "show", lambda: shown.append(pyplot.gcf()))
        data.show(classes=2, drawers=2)
        assert [len(figure.axes[0].get_yticklabels()) for figure in shown] == [2]
        pyplot.close("all")
