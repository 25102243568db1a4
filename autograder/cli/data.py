"""`autograder data`: the data sets of the course: what there is, fetching, a look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from autograder.cli.app import app, screen

data = typer.Typer(
    help="The course's data sets: list them, fetch Omniglot, draw a sheet.",
    no_args_is_help=True,
    add_completion=False,
)
app.add_typer(data, name="data")

Folder = Annotated[
    Path | None, typer.Option("--to", help="Where the archives lie; default: the user's cache.")
]


@data.command("list")
def list_(folder: Folder = None) -> None:
    """Which data sets there are, and where they lie on this machine."""
    from autograder.datasets.catalogue import catalogue

    table = Table("data set", "here", "what", "where, or how to get it")
    for entry in catalogue(folder):
        table.add_row(
            entry.name, "yes" if entry.present else "no", entry.what, str(entry.place or entry.remedy)
        )
    screen.print(table)


@data.command()
def fetch(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="omniglot (all its archives), or one archive as `data list` names it."
        ),
    ],
    folder: Folder = None,
    base_url: Annotated[
        str | None, typer.Option(help="Another place on the web that holds the same files.")
    ] = None,
) -> None:
    """Download a data set, with checksums and a progress bar. What is already there is not fetched again."""
    from autograder.datasets.fetch import BASE_URL, CHECKSUMS
    from autograder.datasets.fetch import fetch as download

    for each in CHECKSUMS if name == "omniglot" else (name,):
        path = download(each, folder, base_url or BASE_URL)
        screen.print(str(path), markup=False, highlight=False, soft_wrap=True)


@data.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="glyphs, digits or omniglot.")] = "glyphs",
    folder: Folder = None,
    out: Annotated[Path, typer.Option(help="The picture to write.")] = Path("data.png"),
) -> None:
    """Draw a sheet of a data set: a row per class, a column per drawer."""
    from autograder.datasets import load

    load(name, folder).picture(classes=12, drawers=12).savefig(out, dpi=150)
    screen.print(f"Wrote {out}", markup=False, highlight=False)
