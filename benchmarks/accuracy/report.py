"""Write the tables of docs/results.md, and its figures, from the results files: nothing in there is typed by hand.

A table stands between `<!-- table: EXPERIMENT -->` and `<!-- end -->`, a picture between `<!-- figure: FILE, what it shows -->`
and `<!-- end -->`; where no run is finished yet, the page says so.

    python -m benchmarks.accuracy.report          writes
    python -m benchmarks.accuracy.report --check  says whether writing would change the page; exit status 1 if so
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.accuracy import (
    _plots,
    _tables,
    clip,
    fewshot,
    peft,
    self_supervised,
    semi_supervised,
    transfer,
)
from benchmarks.accuracy._runs import RESULTS, finished

PAGE = Path(__file__).parents[2] / "docs" / "results.md"
_TABLE = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_FIGURE = re.compile(r"(<!-- figure: (\w+), ([^\n]+) -->\n).*?(<!-- end -->)", re.DOTALL)
NOTHING = "No run is finished yet."

Records = list[dict[str, Any]]
TABLES: dict[str, tuple[str, tuple[str, ...], Callable[[Records], _tables.Rows]]] = {
    "fewshot": ("fewshot", fewshot.HEAD, fewshot.rows),
    "semi-supervised": ("semi_supervised", semi_supervised.HEAD, semi_supervised.rows),
    "self-supervised": ("self_supervised", self_supervised.HEAD, self_supervised.rows),
    "language": ("self_supervised", self_supervised.TEXT_HEAD, self_supervised.text_rows),
    "transfer": ("transfer", transfer.HEAD, transfer.rows),
    "peft": ("peft", peft.HEAD, peft.rows),
    "clip": ("clip", clip.HEAD, clip.rows),
}
PLOTS: dict[str, Callable[[Records, Path], list[Path]]] = {
    "fewshot": fewshot.plots,
    "semi_supervised": semi_supervised.plots,
    "self_supervised": self_supervised.plots,
    "peft": peft.plots,
    "clip": clip.plots,
}
ORDERS = {
    "fewshot": list(fewshot.RECIPES),
    "semi_supervised": list(semi_supervised.RECIPES),
    "self_supervised": [*self_supervised.RECIPES, "bert"],
}


def records_of(experiment: str) -> Records:
    """The finished runs of the recipes as they are now, in the order of the methods."""
    order = ORDERS.get(experiment, [])
    records = list(finished(RESULTS / f"{experiment}.json").values())

    def place(record: dict[str, Any]) -> tuple[object, ...]:
        task = record["task"]
        labels = int(re.sub(r"\D", "", task["data"]) or 0) if experiment == "semi_supervised" else 0
        method = order.index(task["method"]) if task["method"] in order else 0
        return task["device"], labels, method, task["data"], task["seed"]

    return sorted(filter(_current, records), key=place)


def _current(record: dict[str, Any]) -> bool:
    """Whether the run followed today's recipe, and was no validation."""
    task = record["task"]
    recipes = {**fewshot.RECIPES, **semi_supervised.RECIPES, **self_supervised.RECIPES}
    from benchmarks.accuracy.language import RECIPE as LANGUAGE

    known = [recipes.get(task["method"]), LANGUAGE, clip.RECIPE, peft.RECIPE, transfer.RECIPE]
    return task["recipe"] in known and "validation" not in task["data"] and "without" not in task["data"]


def written(page: str) -> str:
    """The page with every table and every figure's place anew."""

    def table(match: re.Match[str]) -> str:
        experiment, head, rows = TABLES[match[2]]
        found = rows(records_of(experiment))
        return f"{match[1]}{_tables.markdown(head, found) if found else NOTHING}\n{match[3]}"

    def figure(match: re.Match[str]) -> str:
        there = (_plots.FIGURES / f"{match[2]}.svg").exists()
        return f"{match[1]}{f'![{match[3]}](figures/{match[2]}.svg)' if there else NOTHING}\n{match[4]}"

    return _FIGURE.sub(figure, _TABLE.sub(table, page))


def figures(folder: Path) -> Iterator[Path]:
    """All figures whose runs are there."""
    for experiment, plots in PLOTS.items():
        if records := records_of(experiment):
            yield from plots(records, folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, say whether the page is up to date"
    )
    options = parser.parse_args()
    if options.check:
        page = PAGE.read_text(encoding="utf-8")
        sys.exit(
            f"{PAGE} is not what the results files say: python -m benchmarks.accuracy.report"
            if written(page) != page
            else 0
        )
    _plots.FIGURES.mkdir(parents=True, exist_ok=True)
    drawn = list(figures(_plots.FIGURES))
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    for path in (PAGE, *drawn):
        print(f"written: {path}")


if __name__ == "__main__":
    main()
