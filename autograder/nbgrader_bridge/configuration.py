"""nbgrader's configuration with the engine in it, and a course directory as nbgrader sees it."""

from __future__ import annotations

import datetime
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_path
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, Execute, SaveAutoGrades, SaveCells
from traitlets.config import Config
from traitlets.config.loader import JSONFileConfigLoader, LazyConfigValue, PyFileConfigLoader
from traitlets.utils.importstring import import_item

from autograder.course import variants
from autograder.errors import CourseError
from autograder.nbgrader_bridge.generating import KeepSubmissions, RehearsingExporter
from autograder.nbgrader_bridge.grade_cells import GradeByLaws
from autograder.nbgrader_bridge.late import LatePenalty
from autograder.nbgrader_bridge.reading import ForgivingExporter
from autograder.nbgrader_bridge.repair_cells import MendCells
from autograder.nbgrader_bridge.save_grades import SaveGrades
from autograder.nbgrader_bridge.times import existing_timestamp

FILE = "nbgrader_config"


def configure(c: Any) -> None:
    """Let nbgrader grade by laws, whoever calls it. In a course's nbgrader_config.py, after its other settings:

        from autograder.nbgrader_bridge import configure

        configure(get_config())

    A course's own preprocessors keep their places; Execute, SaveAutoGrades and SaveCells are replaced. Calling it twice
    is as good as once.
    """
    _ignore(c, variants.FILE)
    c.Autograde.exporter_class = ForgivingExporter
    sanitizing = _preprocessors(c, Autograde, "sanitize_preprocessors")
    c.Autograde.sanitize_preprocessors = [MendCells, *(each for each in sanitizing if each is not MendCells)]
    grading = [_ours(each) for each in _preprocessors(c, Autograde, "autograde_preprocessors")]
    c.Autograde.autograde_preprocessors = grading if GradeByLaws in grading else [GradeByLaws, *grading]
    c.GenerateAssignment.exporter_class = RehearsingExporter
    generating = _preprocessors(c, GenerateAssignment, "preprocessors")
    c.GenerateAssignment.preprocessors = [_ours(each) for each in generating]
    if "plugin_class" not in c.AssignLatePenalties:
        c.AssignLatePenalties.plugin_class = LatePenalty
    telling = _preprocessors(c, GenerateFeedback, "preprocessors")
    if AssignLatePenalties not in telling:  # marks given by hand have come in since Autograde
        c.GenerateFeedback.preprocessors = [AssignLatePenalties, *telling]


def _preprocessors(c: Any, converter: Any, name: str) -> list[Any]:
    default = list(converter.class_traits()[name].default())
    configured = c[converter.__name__].get(name, default)
    if isinstance(configured, LazyConfigValue):  # c.Autograde.autograde_preprocessors.append(...)
        configured = configured.get_value(default)
    return [import_item(each) if isinstance(each, str) else each for each in configured]


def _ignore(c: Any, name: str) -> None:
    """Staff's file beside the source goes nowhere, whichever of nbgrader's commands copies the folder."""
    default = list(CourseDirectory.class_traits()["ignore"].default())
    configured = c.CourseDirectory.get("ignore", default)
    if isinstance(configured, LazyConfigValue):
        configured = configured.get_value(default)
    c.CourseDirectory.ignore = [*(each for each in configured if each != name), name]


def _ours(preprocessor: Any) -> Any:
    ours = {Execute: GradeByLaws, SaveAutoGrades: SaveGrades, SaveCells: KeepSubmissions}
    return ours.get(preprocessor, preprocessor)


def course_config(course: Path) -> Config:
    """Return what nbgrader would read for a course directory, with `configure` on top. Raises `CourseError`."""
    config = Config()
    for folder in [*reversed(jupyter_config_path()), str(course)]:
        for loader, suffix in ((JSONFileConfigLoader, "json"), (PyFileConfigLoader, "py")):
            file = Path(folder) / f"{FILE}.{suffix}"
            if file.is_file():
                config.merge(_loaded(loader(file.name, path=folder), file, course))
    configure(config)
    return config


def _loaded(loader: Any, file: Path, course: Path) -> Config:
    try:
        with modules_of(course):
            loaded: Config = loader.load_config()
            return loaded
    except Exception as error:
        *_, last = traceback.extract_tb(error.__traceback__)
        raise CourseError(
            f"nbgrader's configuration cannot be read ({type(error).__name__}: {error}, line {last.lineno}).",
            remedy="Mend it; `nbgrader --help-all` lists the settings.",
            file=str(file),
        ) from error


@contextmanager
def modules_of(course: Path) -> Iterator[None]:
    """Let a course's own modules be imported inside, as they can be under nbgrader; they hide nobody else's."""
    sys.path.append(str(course))
    try:
        yield
    finally:
        sys.path.remove(str(course))


class Course(CourseDirectory):
    """nbgrader's view of a course directory, of which one broken timestamp.txt does not stop anything."""

    def get_existing_timestamp(self, dest_path: str) -> datetime.datetime | None:
        """Return when a submission was handed in; None where its file does not say so beyond doubt."""
        return existing_timestamp(self, dest_path)
