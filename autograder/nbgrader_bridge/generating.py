"""*Generate* once submissions are there: whatever fails leaves release and grade book as they were, and what can go in, does.

nbgrader removes the release before it looks at the source, and refuses every change of cells as soon as somebody has
submitted; what its users then do, removing the assignment from the grade book, takes all marks along.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, MissingEntry, Notebook
from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from sqlalchemy import make_url
from traitlets.utils.importstring import import_item

from autograder.classroom import kept
from autograder.nbgrader_bridge.error_log import Errors
from autograder.nbgrader_bridge.files import scratch_in
from autograder.runner.naming import fingerprints

_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


class RehearsingExporter(NotebookExporter):
    """Lets GenerateAssignment write a student version elsewhere first: what fails, fails before anything is removed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(self.parent, GenerateAssignment) and not _rehearsing.get():
            _rehearse(self.parent)

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kwargs: Any) -> Any:
        """Write the notebook `nb`, as nbconvert does; of a student version, put the fingerprints of `autograder release` beside it.

        `resources` and `kwargs` are nbconvert's.
        """
        written = super().from_notebook_node(nb, resources, **kwargs)
        if isinstance(self.parent, GenerateAssignment) and not _rehearsing.get():
            with suppress(OSError):  # none were made: `check` then names nothing
                _hand_on_fingerprints(self.parent.coursedir)
        return written


def _hand_on_fingerprints(course: CourseDirectory) -> None:
    name = course.assignment_id
    folder = Path(course.format_path(course.release_directory, ".", name))
    data = kept.fingerprints(Path(course.root), name).read_bytes()
    folder.mkdir(parents=True, exist_ok=True)  # nbgrader makes it when it writes the notebook
    (folder / fingerprints.file_name(name)).write_bytes(data)


def _rehearse(converter: GenerateAssignment) -> None:
    course, said = converter.coursedir, Errors()
    token = _rehearsing.set(True)
    log = logging.Logger("autograder.rehearsal")
    log.addHandler(said)
    try:
        with scratch_in(Path(course.root)) as scratch:
            copy = _copy_of(course.db_url, Path(course.root) / scratch / "gradebook.db")
            apart = CourseDirectory(
                config=course.config,
                log=log,
                root=course.root,
                db_url=copy or course.db_url,
                course_id=course.course_id,
                source_directory=course.source_directory,
                assignment_id=course.assignment_id,
                notebook_id=course.notebook_id,
                release_directory=f"{scratch}/release",
            )
            preprocessors = converter.preprocessors
            if copy is None:
                preprocessors = [each for each in preprocessors if not issubclass(_class(each), SaveCells)]
            GenerateAssignment(
                coursedir=apart,
                config=converter.config,
                log=log,
                force=True,
                no_database=converter.no_database or copy is None,
                create_assignment=converter.create_assignment,
                preprocessors=preprocessors,
            ).start()
    except (NbGraderException, SystemExit) as error:
        why = said.lines[0].partition(": ")[2] if said.lines else str(error)
        raise NbGraderException(f"Nothing was changed: {why}") from error
    finally:
        _rehearsing.reset(token)


def _copy_of(db_url: str, copy: Path) -> str | None:
    """The address of a copy of the grade book; None where it is no file."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    with closing(sqlite3.connect(copy)) as there:
        if Path(url.database).exists():
            with closing(sqlite3.connect(url.database)) as here:
                here.backup(there)
    return f"sqlite:///{copy}"


def _class(preprocessor: Any) -> type:
    return import_item(preprocessor) if isinstance(preprocessor, str) else preprocessor  # type: ignore[no-any-return]


class KeepSubmissions(SaveCells):
    """nbgrader's SaveCells, for an assignment that somebody has submitted already.

    New cells go into the grade book, and wait there in every submission until it is graded again. A cell that carries
    points cannot go: that would take away what was given for it. Other cells that have gone stay known.
    """

    def _create_notebook(self, nb: NotebookNode) -> None:
        try:
            notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        except MissingEntry:
            notebook = None
        if notebook is not None and notebook.submissions:
            self._refuse_to_lose_points(notebook)
            self._enter_new(notebook)
            self._keep_old(notebook)
        super()._create_notebook(nb)

    def _refuse_to_lose_points(self, notebook: Notebook) -> None:
        for cells, new in (
            (notebook.grade_cells, self.new_grade_cells),
            (notebook.task_cells, self.new_task_cells),
        ):
            gone = sorted({cell.name for cell in cells} - set(new))
            if gone:
                raise RuntimeError(
                    f"{', '.join(gone)}: there are submissions with points for what has gone from the source notebook. "
                    "Put it back under its id; with 0 points it no longer counts, and nobody's marks are lost."
                )

    def _enter_new(self, notebook: Notebook) -> None:
        book, where = self.gradebook, (self.notebook_id, self.assignment_id)
        for name in set(self.new_grade_cells) - _names(notebook.grade_cells):
            self._wait(notebook, book.add_grade_cell(name, *where, **self.new_grade_cells[name]))
        for name in set(self.new_task_cells) - _names(notebook.task_cells):
            cell = book.add_task_cell(name, *where, **self.new_task_cells[name])
            self._wait(notebook, cell)
            self._let_comment(notebook, cell)
        for name in set(self.new_solution_cells) - _names(notebook.solution_cells):
            self._let_comment(notebook, book.add_solution_cell(name, *where, **self.new_solution_cells[name]))
        for name in set(self.new_source_cells) - _names(notebook.source_cells):
            book.add_source_cell(name, *where, **self.new_source_cells[name])
        book.db.commit()

    def _wait(self, notebook: Notebook, cell: Any) -> None:
        for submitted in notebook.submissions:
            self.gradebook.db.add(Grade(cell=cell, notebook=submitted, needs_manual_grade=True))

    def _let_comment(self, notebook: Notebook, cell: Any) -> None:
        for submitted in notebook.submissions:
            self.gradebook.db.add(Comment(cell=cell, notebook=submitted))

    def _keep_old(self, notebook: Notebook) -> None:
        for cells, new in (
            (notebook.solution_cells, self.new_solution_cells),
            (notebook.source_cells, self.new_source_cells),
        ):
            for cell in cells:
                new.setdefault(cell.name, _info(cell.to_dict()))


def _names(cells: Iterable[Any]) -> set[str]:
    return {cell.name for cell in cells}


def _info(cell: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cell.items() if key not in ("id", "name", "notebook", "assignment")}
