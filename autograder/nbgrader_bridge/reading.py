"""The submitted file, whatever state it is in, as a notebook that nbgrader can go on with."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.converters import Autograde, NbGraderException

from autograder.errors import FewlabelsError, NotebookError, UnreadableError
from autograder.model import Cell
from autograder.nbgrader_bridge import history, results, times
from autograder.nbgrader_bridge.error_log import Visible
from autograder.nbgrader_bridge.untrusted import written
from autograder.submission import notebook

#: Notebook metadata: why there is no submitted file to speak of, as blame, what, remedy and file of a `Failure`.
UNREADABLE = "fewlabels_unreadable"

_MAKERS = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class ForgivingExporter(NotebookExporter):
    """Reads what students submit with the engine's own bounded reader: text, grade ids and pictures come through.

    A file that cannot be read becomes a notebook that says so: it is listed, waits for a person, and stops nobody.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not any(isinstance(each, Visible) for each in self.log.filters):
            self.log.addFilter(Visible())
        self.before: dict[tuple[results.Place, str], history.Before] = {}
        if isinstance(self.parent, Autograde):
            self._look_ahead(self.parent)

    def _look_ahead(self, converter: Autograde) -> None:
        # The converter makes its exporter before it removes anything: time to look back, and to give up.
        course = converter.coursedir
        try:
            results.get_ready(course.assignment_id, Path(course.root))
        except FewlabelsError as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from error
        times.read_as_ours(course)
        recorded = getattr(converter, "recorded_directory", course.autograded_directory)
        self.before = history.remember(course, recorded)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a notebook file as nbconvert does, but never raise for the sake of a submitted file.

        filename    the file
        resources   what nbconvert hands on; nbgrader writes into it whose submission it is
        kwargs      nbconvert's
        """
        if resources is None or not self._is_submitted(filename, resources):
            return super().from_filename(filename, resources=resources, **kwargs)
        path = Path(filename)
        resources["metadata"] = ResourcesDict(name=path.stem, path=str(path.parent))
        file = submitted_file(path.parent, path.stem)
        try:
            document = read(file)
        except (NotebookError, UnreadableError) as error:
            self.log.warning(str(error))
            document = stand_in(error)
        return self.from_notebook_node(document, resources=resources, **kwargs)

    def _is_submitted(self, filename: str, resources: dict[str, Any]) -> bool:
        course = getattr(self.parent, "coursedir", None)
        if course is None or "nbgrader" not in resources:
            return False
        place = results.Place.of(resources)
        folder = course.format_path(course.submitted_directory, place.student, place.assignment)
        return os.path.normpath(folder) == os.path.normpath(os.path.dirname(filename))


def submitted_file(folder: Path, name: str) -> Path:
    """Return the file in a submission's folder that is notebook `name`, or the only notebook there under another name.

    Learning platforms rename what is handed in ("fewshot (1).ipynb", "ada_late_fewshot.ipynb").
    """
    path = folder / f"{name}.ipynb"
    found = [file for file in folder.glob("*.ipynb") if file.is_file() and not file.is_symlink()]
    return found[0] if path not in found and len(found) == 1 else path


def read(path: Path) -> NotebookNode:
    """Read a submitted file as a clean nbformat 4 notebook, cell by cell. Raises `NotebookError`, `UnreadableError`."""
    _refuse_what_is_no_file_of_its_own(path)
    cells = notebook.read(path).cells
    attachments = _attachments(path) if any(cell.kind == "markdown" for cell in cells) else {}
    return new_notebook(
        cells=[_rebuilt(cell, attachments.get(cell.index)) for cell in cells], metadata=_METADATA
    )


def _refuse_what_is_no_file_of_its_own(path: Path) -> None:
    folder, target = os.path.realpath(path.parent), os.path.realpath(path)
    if os.path.commonpath([folder, target]) != folder:
        raise NotebookError(
            "The file is a link to another place.", remedy="Submit the file itself.", file=path.name
        )
    if os.path.exists(path) and not os.path.isfile(path):
        raise NotebookError(
            "There is something of that name, but no file.", remedy="Submit it again.", file=path.name
        )


def stand_in(error: NotebookError | UnreadableError) -> NotebookNode:
    """Return a notebook that stands for a submission that cannot be read."""
    said = f"**This submission could not be read.** {error.what} {error.remedy}"
    notice = new_markdown_cell(written(said), id="unreadable")
    why = {"blame": error.blame, "what": error.what, "remedy": error.remedy, "file": error.file}
    return new_notebook(
        cells=[notice],
        metadata={**_METADATA, UNREADABLE: {key: written(str(text or "")) for key, text in why.items()}},
    )


_METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


def _rebuilt(cell: Cell, attachments: dict[str, dict[str, str]] | None) -> NotebookNode:
    metadata = {} if cell.grade_id is None else {"nbgrader": {"grade_id": written(cell.grade_id)}}
    rebuilt = _MAKERS[cell.kind](written(cell.source), id=f"cell-{cell.index}", metadata=metadata)
    if attachments and cell.kind == "markdown":
        rebuilt.attachments = attachments
    return rebuilt


def _attachments(path: Path) -> dict[int, dict[str, dict[str, str]]]:
    """cell index -> name -> MIME type -> base64, of the pictures that belong to Markdown cells."""
    if path.stat().st_size > notebook.SIZE_CAP:  # its pictures are left out; a note says where they are
        return {}
    document = json.loads(path.read_bytes())
    if document["nbformat"] != 4:
        return {}
    found = {}
    for index, cell in enumerate(document["cells"]):
        attached = cell.get("attachments") if isinstance(cell, dict) else None
        if isinstance(attached, dict):
            pictures = {written(name): _pictures(bundle) for name, bundle in attached.items()}
            found[index] = {name: bundle for name, bundle in pictures.items() if bundle}
    return found


def _pictures(bundle: Any) -> dict[str, str]:
    if not isinstance(bundle, dict):
        return {}
    pictures = {kind: "".join(data) if isinstance(data, list) else data for kind, data in bundle.items()}
    return {kind: data for kind, data in pictures.items() if kind in _PICTURES and _is_base64(data)}


def _is_base64(data: Any) -> bool:
    return isinstance(data, str) and _BASE64.fullmatch(data) is not None
