"""The course of tiny_course.py, registered once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.converters import GenerateAssignment

from autograder import checks
from autograder.laws import registry
from autograder.nbgrader_bridge import engine
from autograder.nbgrader_bridge.configuration import Course, course_config
from autograder.nbgrader_bridge.recording import as_nbgrader_likes_it
from tests.hostile.browsing import browser, visit  # noqa: F401 - fixtures
from tests.nbgrader_bridge.tiny_course import CHECKS, TinyCourse, make_course


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose assignment is registered, and released by nbgrader itself."""
    root = tmp_path_factory.mktemp("template") / "course"
    make_course(root)
    config = course_config(root)
    with as_nbgrader_likes_it(root):
        course = Course(config=config, root=str(root), assignment_id="tiny")
        GenerateAssignment(coursedir=course, config=config).start()
    return root


@pytest.fixture(scope="session")
def _tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("checks")
    (folder / "tiny.py").write_text(CHECKS)
    yield folder
    engine.close()  # one for all tests that need one


@pytest.fixture
def tiny_checks(_tiny_folder: Path) -> Iterator[Path]:
    """Checks of the made-up assignment, as if they were installed."""
    checks.__path__.append(str(_tiny_folder))
    yield _tiny_folder
    checks.__path__.remove(str(_tiny_folder))
    registry.forget("tiny")


@pytest.fixture
def course(template: Path, tmp_path: Path) -> TinyCourse:
    root = tmp_path / "course"
    shutil.copytree(template, root)
    return TinyCourse(root)
