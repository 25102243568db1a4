"""The course of tiny_course.py, registered once and copied for each test."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from nbgrader.converters import GenerateAssignment

from autograder.nbgrader_bridge.configuration import Course, course_config
from autograder.nbgrader_bridge.recording import as_nbgrader_likes_it

sys.path.append(str(Path(__file__).parent))  # whatever import mode pytest runs in

from tiny_course import TinyCourse, make_course


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


@pytest.fixture
def course(template: Path, tmp_path: Path) -> TinyCourse:
    root = tmp_path / "course"
    shutil.copytree(template, root)
    return TinyCourse(root)
