"""Downloading Omniglot's archives, each checked against a published checksum before it gets its name.

A download goes to a temporary file beside its destination and is renamed when it is complete and right. A
file that was interrupted, truncated or altered on the way leaves nothing behind; fetching again starts anew,
and does nothing where the right file is already there.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from autograder.datasets.data_folders import data_folder
from autograder.errors import DataError

if TYPE_CHECKING:
    from rich.progress import Progress

BASE_URL = "https://raw.githubusercontent.com/brendenlake/omniglot/master/python/"

# The minimal sets and the task by SHA-256; the full sets by MD5, the only checksums in circulation for them.
CHECKSUMS: Mapping[str, str] = MappingProxyType(
    {
        "images_background": "md5:68d2efa1b9178cc56df9314c21c6e718",
        "images_evaluation": "md5:6b91aef0f799c5bb55b94e3f2daec811",
        "images_background_small1": "sha256:f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4",
        "images_background_small2": "sha256:3ccaa407515a8778e5d0861875af38b17e418f301ad5bb3b5a6b65d901a41c7f",
        "all_runs": "sha256:437c1eeab0af8484112e1b4cc0f3d541ec727f7c47b9b202da738af9dfd6c325",
    }
)


def fetch(
    name: str,
    destination: str | os.PathLike[str] | None = None,
    base_url: str = BASE_URL,
    progress: bool = True,
    checksums: Mapping[str, str] = CHECKSUMS,
) -> Path:
    """Download one archive, unless the right file is already there.

    Args:
        name: one of `CHECKSUMS`, for example "images_background".
        destination: the folder to put it in; by default $FEWLABELS_DATA, or else the user's cache.
        base_url: the folder on the web that holds NAME.zip (a mirror of the course, for example).
        progress: whether to show a progress bar on stderr.
        checksums: "sha256:..." or "md5:..." of each archive.

    Returns:
        The path of the zip; `load("omniglot", root=path.parent)` reads it.

    Raises:
        DataError: no such archive, no such page, no network, no space, or not the published file.
    """
    if name not in checksums:
        raise DataError(
            f"There is no archive {name!r} to fetch.", remedy=f"Choose from: {', '.join(checksums)}."
        )
    if not base_url.startswith(("https://", "http://")):
        raise DataError(f"{base_url!r} is no web address.", remedy="It begins with https:// or http://.")
    folder = Path(destination).expanduser() if destination is not None else data_folder()
    file, url = folder / f"{name}.zip", f"{base_url.rstrip('/')}/{name}.zip"
    with _explained(file, url), _quiet():
        _download(file, url, checksums[name], progress)
    return file


def _download(file: Path, url: str, checksum: str, progress: bool) -> None:
    import pooch

    try:
        known = file.stat()
    except FileNotFoundError:
        known = None
    with _progress(file.name, progress) as bar:
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=65536, timeout=(15, 60))
        pooch.retrieve(url, known_hash=checksum, fname=file.name, path=file.parent, downloader=downloader)
    if known is None or file.stat().st_ino != known.st_ino:
        file.chmod(0o644)  # temporary files are private; a data set is for whoever may read the folder


class _Bar:
    """A bar of rich's as pooch wants it."""

    def __init__(self, progress: Progress, label: str) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=None)

    @property
    def total(self) -> float | None:
        return self._progress.tasks[self._task].total

    @total.setter
    def total(self, size: int) -> None:
        self._progress.update(self._task, total=size or None)

    def update(self, size: int) -> None:
        self._progress.advance(self._task, size)

    def reset(self) -> None:
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        self._progress.stop_task(self._task)


@contextmanager
def _progress(label: str, wanted: bool) -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, disable=not (wanted and console.is_terminal)) as progress:
        yield _Bar(progress, label)


@contextmanager
def _explained(file: Path, url: str) -> Iterator[None]:
    """Turn what can go wrong into one error that says what to do."""
    import requests

    try:
        yield
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "no"
        raise DataError(
            f"{url} answered with status {status}.",
            remedy="Check the address, or pass base_url=... of a mirror that has the file.",
            file=str(file),
        ) from None
    except requests.RequestException as error:
        raise DataError(
            f"{url} could not be read ({type(error).__name__}); nothing was kept.",
            remedy="Check the network and try again, or copy the archive there by hand.",
            file=str(file),
        ) from None
    except ValueError:  # how pooch reports a wrong checksum
        raise DataError(
            f"What {url} sent is not the published file: its checksum is another one. Nothing was kept.",
            remedy="Try again; if it stays so, the address serves something else "
            "(a login page, a newer file): pass base_url=... of another source.",
            file=str(file),
        ) from None
    except OSError as error:
        raise DataError(
            f"The file cannot be written ({error.strerror or error}).",
            remedy="Choose a folder with destination=... or the environment variable FEWLABELS_DATA.",
            file=str(file),
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pooch's own log lines, which repeat path and hash."""
    import pooch

    logger = pooch.get_logger()
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
