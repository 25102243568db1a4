"""Pictures of a data set: one row per class, one column per drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from autograder.errors import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from autograder.datasets.base import Characters


_GAP = 2  # pixels between drawings


def sheet(data: Characters, classes: int = 10, drawers: int = 10) -> tuple[Tensor, list[int]]:
    """Arrange the first drawings of some classes, spread evenly over the data set, in one image.

    Args:
        data: the data set.
        classes: how many rows, a class each.
        drawers: how many drawings of a class.

    Returns:
        One image (height, width) in [0, 1] and the label of each row. Where a class has fewer drawings, its
        row ends early.

    Raises:
        DataError: there would be no row or no column.
    """
    if classes < 1 or drawers < 1:
        raise DataError(
            f"A picture of {classes} classes and {drawers} drawings shows nothing.",
            remedy="Ask for one or more of each.",
        )
    count = min(classes, len(data.class_names))
    labels = [index * len(data.class_names) // count for index in range(count)]
    rows = [data.of_class(label)[:drawers, 0] for label in labels]
    side = data.images.shape[-1]
    step = side + _GAP
    canvas = torch.zeros(len(rows) * step - _GAP, max(len(row) for row in rows) * step - _GAP)
    for top, row in enumerate(rows):
        for left, drawing in enumerate(row):
            canvas[top * step : top * step + side, left * step : left * step + side] = drawing
    return canvas, labels


def picture(data: Characters, classes: int = 10, drawers: int = 10) -> Figure:
    """Return a matplotlib figure of the `sheet` of `data`, with the names of the classes; it needs no display.

    `classes` rows, `drawers` columns; errors are those of `sheet`.
    """
    from matplotlib.figure import Figure

    figure = Figure()
    _fill(figure, data, classes, drawers)
    return figure


def show(data: Characters, classes: int = 10, drawers: int = 10) -> None:
    """Show the `picture` of `data` (`classes` rows, `drawers` columns) in a notebook or on the screen."""
    from matplotlib import pyplot

    _fill(pyplot.figure(), data, classes, drawers)
    pyplot.show()


def _fill(figure: Figure, data: Characters, classes: int, drawers: int) -> None:
    canvas, labels = sheet(data, classes, drawers)
    side = data.images.shape[-1]
    step = side + _GAP
    names = [data.class_names[label] for label in labels]
    # In inches: a name in 8 points takes about 0.075 per letter, a drawing gets half an inch.
    margin, height, width = (
        0.3 + 0.075 * max(map(len, names)),
        *(0.5 * pixels / step for pixels in canvas.shape),
    )
    total_width, total_height = margin + width + 0.1, height + 0.2
    figure.set_size_inches(total_width, total_height)
    axes = figure.add_axes(
        (margin / total_width, 0.1 / total_height, width / total_width, height / total_height)
    )
    axes.imshow(canvas.numpy(), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axes.set_yticks([row * step + side / 2 for row in range(len(names))], names, fontsize=8)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
