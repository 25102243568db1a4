"""Figures for docs/: small SVG files, the same bytes for the same numbers."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).parents[2] / "docs" / "figures"
Points = Mapping[str, tuple[float, float, float]]


def draw(
    plots: Callable[[list[dict[str, Any]], Path], list[Path]],
    records: list[dict[str, Any]],
    options: argparse.Namespace,
) -> None:
    """Draw where `--plots DIR` asks for it and something is there to draw."""
    if options.plots and records:
        options.plots.mkdir(parents=True, exist_ok=True)
        for path in plots(records, options.plots):
            print(f"drawn: {path}")


def _axes(width: float, height: float) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "fewlabels"
    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text: small, searchable
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(width, height), layout="constrained")
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Any, path: Path) -> Path:
    figure.savefig(path, metadata={"Date": None})
    from matplotlib import pyplot

    pyplot.close(figure)
    return path


def bars(
    values: Points, label: str, path: Path, *, lines: Mapping[str, float] | None = None, start: float = 0
) -> Path:
    """A bar for each name: (unused, mean, standard error). `lines`: published values to compare with."""
    figure, axes = _axes(5.6, 0.3 * len(values) + 0.9)
    names = list(values)
    axes.barh(
        names, [values[n][1] for n in names], xerr=[values[n][2] for n in names], color="#4477aa", height=0.65
    )
    for name in names:
        axes.annotate(
            f"{values[name][1]:.1f}",
            (values[name][1] + values[name][2], name),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    for text, at in (lines or {}).items():
        axes.axvline(at, color="#aa3377", linewidth=1, linestyle="--")
        axes.annotate(
            text,
            (at, 1),
            xycoords=("data", "axes fraction"),
            fontsize=7,
            color="#aa3377",
            ha="center",
            va="bottom",
        )
    axes.invert_yaxis()
    axes.set_xlim(left=start)
    axes.set_xlabel(label)
    return _save(figure, path)


def accuracy_by_size(points: Points, path: Path) -> Path:
    """Accuracy against the number of trained parameters, on a logarithmic axis."""
    figure, axes = _axes(5.6, 3.4)
    for name, (count, middle, error) in points.items():
        axes.errorbar(count, middle, yerr=error, fmt="o", color="#4477aa", capsize=3)
        axes.annotate(name, (count, middle), xytext=(6, 5), textcoords="offset points", fontsize=9)
    axes.set_xscale("log")
    axes.set_xlabel("numbers that training changes")
    axes.set_ylabel("accuracy, %")
    axes.margins(x=0.15, y=0.15)
    return _save(figure, path)


def lines(
    at: Sequence[float], values: Mapping[str, Sequence[float]], labels: tuple[str, str], path: Path
) -> Path:
    """A line for each name over a logarithmic axis; `labels`: of the two axes."""
    figure, axes = _axes(5.6, 3.2)
    for (name, line), colour in zip(values.items(), ("#4477aa", "#aa3377", "#228833"), strict=False):
        axes.plot(at, line, marker="o", markersize=4, color=colour)
        axes.annotate(
            name, (at[-1], line[-1]), xytext=(0, 6), textcoords="offset points", ha="right", fontsize=9
        )
    axes.set_xscale("log")
    axes.set_xticks(at, [f"{each:,}" for each in at])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.margins(y=0.2)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    return _save(figure, path)


def confusion(counts: Sequence[Sequence[float]], names: Sequence[str], path: Path) -> Path:
    """Rows: what was shown; columns: what was guessed; shares of each row."""
    size = 0.34 * len(names) + 1.6
    figure, axes = _axes(size, size)
    axes.imshow(counts, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    for i, row in enumerate(counts):
        for j, share in enumerate(row):
            if share >= 0.05:
                colour = "white" if share > 0.6 else "black"
                axes.annotate(
                    f"{share:.2f}".lstrip("0"), (j, i), ha="center", va="center", fontsize=6, color=colour
                )
    axes.set_xlabel("guessed")
    axes.set_ylabel("shown")
    return _save(figure, path)


def scatters(panels: Mapping[str, Sequence[Sequence[float]]], labels: Sequence[int], path: Path) -> Path:
    """Points in the plane, a panel beside the other, a colour and a shape for each label."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "fewlabels"
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import colormaps, pyplot

    figure, columns = pyplot.subplots(1, len(panels), figsize=(3.1 * len(panels), 3.2), layout="constrained")
    for axes, (title, places) in zip(columns, panels.items(), strict=True):
        for kind in sorted(set(labels)):
            xs, ys = zip(
                *(place for place, label in zip(places, labels, strict=True) if label == kind), strict=True
            )
            axes.scatter(
                xs, ys, s=14, color=colormaps["tab10"](kind % 10), marker="osD^vP"[kind // 10], linewidths=0
            )
        axes.set_title(title, fontsize=9)
        axes.set_xticks([])
        axes.set_yticks([])
    return _save(figure, path)
