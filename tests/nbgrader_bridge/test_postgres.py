"""The grade book in PostgreSQL, nbgrader's `db_url`: a real server, of this test's own, in a temporary directory."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from autograder.errors import CourseError
from autograder.nbgrader_bridge import record, recorder
from tests.nbgrader_bridge.tiny_course import TinyCourse, graded_as
from tests.sandbox.sessions import soon

SERVERS = Path("/usr/lib/postgresql")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a server; .ci/run installs its program."""
    found = sorted(SERVERS.glob("*/bin/initdb"))
    binaries = found[-1].parent if found else Path(shutil.which("initdb") or "initdb").parent
    home = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nobody = pwd.getpwnam("nobody")
    user = (
        {"user": nobody.pw_uid, "group": nobody.pw_gid} if os.getuid() == 0 else {}
    )  # it refuses to run as root
    if user:
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": home, **user}
    control = [binaries / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log"]
    options = f"-p {port} -h 127.0.0.1 -k {home} -c fsync=off"
    subprocess.run([binaries / "initdb", "-D", home / "data", "-U", "grader", "-A", "trust"], **quiet)  # type: ignore[call-overload]
    subprocess.run([*control, "-o", options, "start"], **quiet)  # type: ignore[call-overload]
    try:
        yield f"postgresql+psycopg://grader@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]
        shutil.rmtree(home, ignore_errors=True)


def test_results_are_entered_into_postgresql(course: TinyCourse, server: str) -> None:
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + f"c.CourseDirectory.db_url = {server!r}\n")
    with pytest.raises(CourseError, match="course to have a name"):
        record(course.root, "tiny", {})
    config.write_text(config.read_text() + 'c.CourseDirectory.course_id = "tiny101"\n')
    (course.root / "gradebook.db").unlink()
    for student in ("ada", "bob"):
        course.submit(student)
    first = record(course.root, "tiny", {"ada": graded_as("ada"), "bob": graded_as("bob", add=1.0)})
    assert [(each.student, each.score, each.failure) for each in first] == [
        ("ada", 7.5, None),
        ("bob", 5.5, None),
    ]
    (again,) = record(course.root, "tiny", {"bob": graded_as("bob", add=2.0)})
    assert again.score == 6.5
    with recorder(course.root, "tiny") as book:
        assert book.knows("ada")
        assert not book.knows("linus")
    assert not (course.root / "gradebook.db").exists()
    with create_engine(server).connect() as database:
        scores = database.execute(text("select sum(auto_score) from grade")).scalar_one()
        count = text("select count(*) from pg_stat_activity where backend_type = 'client backend'")
        assert soon(
            lambda: database.execute(count).scalar_one() == 1
        )  # this very connection: none is left open
    assert scores == 7.5 + 6.5
