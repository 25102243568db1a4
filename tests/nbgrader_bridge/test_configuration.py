"""One line in nbgrader_config.py, whatever stands around it."""

from __future__ import annotations

from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties, Execute, LimitOutput, OverwriteCells, SaveAutoGrades
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.nbgrader_bridge import ForgivingExporter, GradeByLaws, MendCells, SaveGrades, configure
from autograder.nbgrader_bridge.configuration import course_config

ROOT = Path(__file__).parents[2]


def test_nothing_of_a_submission_is_executed_by_nbgrader() -> None:
    c = Config()
    configure(c)
    converter = Autograde(config=c)
    assert converter.exporter_class is ForgivingExporter
    assert converter.sanitize_preprocessors[0] is MendCells
    assert converter.autograde_preprocessors[0] is GradeByLaws
    kept = set(converter.autograde_preprocessors)
    assert kept >= {SaveGrades, LimitOutput, AssignLatePenalties}
    assert kept.isdisjoint({Execute, SaveAutoGrades})


def test_a_courses_own_preprocessors_keep_their_places() -> None:
    c = Config()
    c.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.OverwriteCells"]
    c.Autograde.autograde_preprocessors = [LimitOutput, "nbgrader.preprocessors.Execute", SaveAutoGrades]
    configure(c)
    configure(c)
    assert c.Autograde.sanitize_preprocessors == [MendCells, OverwriteCells]
    assert c.Autograde.autograde_preprocessors == [LimitOutput, GradeByLaws, SaveGrades]


def test_staff_s_file_beside_the_source_is_copied_nowhere() -> None:
    c = Config()
    c.CourseDirectory.ignore.append("*.bak")
    configure(c)
    configure(c)
    assert c.CourseDirectory.ignore.count("release.toml") == 1
    assert {"*.bak", ".ipynb_checkpoints"} <= set(c.CourseDirectory.ignore)


def test_a_list_that_was_only_added_to() -> None:
    c = Config()
    c.Autograde.autograde_preprocessors.append("nbgrader.preprocessors.ClearOutput")
    configure(c)
    names = [preprocessor.__name__ for preprocessor in c.Autograde.autograde_preprocessors]
    assert (names[0], names[-1]) == ("GradeByLaws", "ClearOutput")
    assert len(names) == len(Autograde.class_traits()["autograde_preprocessors"].default()) + 1


def test_the_checkouts_own_configuration(tmp_path: Path) -> None:
    text = (ROOT / "nbgrader_config.py").read_text()
    (tmp_path / "nbgrader_config.py").write_text(text)  # in another place, with nothing beside it
    c = PyFileConfigLoader("nbgrader_config.py", path=str(tmp_path)).load_config()
    assert c.CourseDirectory.source_directory == "assignments"
    assert GradeByLaws in c.Autograde.autograde_preprocessors
    assert course_config(tmp_path).CourseDirectory.source_directory == "assignments"


def test_a_course_without_configuration_is_graded_by_laws(tmp_path: Path) -> None:
    assert GradeByLaws in course_config(tmp_path).Autograde.autograde_preprocessors
