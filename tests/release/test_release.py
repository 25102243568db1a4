"""`autograder release`: what the folder holds, when it is refused, what a variant changes, and that nbgrader takes it."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from autograder.course import assignment, settings
from autograder.errors import AssignmentError, UsageError
from autograder.release import candidate, folder, requirements, wheel

ROOT = Path(__file__).parents[2]
Run = Callable[..., int]


def source(course: Path) -> Path:
    return course / "assignments" / "tiny" / "tiny.ipynb"


def edit(course: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes the source notebook: `change` gets its cells by id."""
    document = json.loads(source(course).read_text(encoding="utf-8"))
    change({cell["id"]: cell for cell in document["cells"]})
    source(course).write_text(json.dumps(document), encoding="utf-8")


def released(course: Path) -> dict[str, bytes]:
    return candidate.published(course / "release" / "tiny")


def notebook(course: Path) -> nbformat.NotebookNode:
    return nbformat.reads(released(course)["tiny.ipynb"].decode(), as_version=nbformat.NO_CONVERT)


def submit(course: Path) -> None:
    folder = course / "submitted" / "ada" / "tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.ipynb").write_bytes(released(course)["tiny.ipynb"])


# --- the folder


@pytest.mark.usefixtures("quick")
def test_it_holds_what_students_need_and_nothing_else(course: Path, run: Run) -> None:
    assert run() == 0
    files = released(course)
    assert sorted(files) == [
        "DATA.md",
        "MANIFEST.json",
        "fewlabels-0.1.0-py3-none-any.whl",
        "requirements.txt",
        "tiny.ipynb",
    ]
    manifest = json.loads(files["MANIFEST.json"])
    assert set(manifest["files"]) == set(files) - {"MANIFEST.json"}
    for name, told in manifest["files"].items():
        assert told == {"sha256": hashlib.sha256(files[name]).hexdigest(), "bytes": len(files[name])}
    assert (manifest["schema"], manifest["assignment"], manifest["variant"]) == (1, "tiny", None)
    assert {"fewlabels", "nbgrader", "nbformat", "hatchling"} == set(manifest["versions"])


@pytest.mark.usefixtures("quick")
def test_nothing_of_editing_and_running_is_left(course: Path, run: Run) -> None:
    def change(cells: dict[str, Any]) -> None:
        look = cells["centred-look"]
        look["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["mean"]}]
        look["execution_count"] = 7
        look["metadata"] = {"ExecuteTime": {"start": "now"}, "scrolled": True, "collapsed": False}
        cells["data"]["metadata"]["vscode"] = {"languageId": "python"}
        cells["data"]["metadata"]["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
        del cells["title"]["id"]

    edit(course, change)
    document = json.loads(source(course).read_text(encoding="utf-8"))
    document["metadata"] |= {"celltoolbar": "Create Assignment", "widgets": {}, "toc": {}}
    source(course).write_text(json.dumps(document), encoding="utf-8")
    assert run() == 0
    student = notebook(course)
    nbformat.validate(student)
    assert [cell for cell in student.cells if cell.get("outputs") or cell.get("execution_count")] == []
    kept = {key for cell in student.cells for key in cell.metadata}
    assert kept == {"nbgrader", "tags", "deletable", "editable", "jupyter"}
    assert {cell.id: cell.metadata.get("jupyter") for cell in student.cells}["data"] == {
        "source_hidden": True
    }
    assert set(student.metadata) == {"kernelspec", "language_info"}
    assert student.cells[0].id == "cell-0"


@pytest.mark.usefixtures("quick")
def test_the_stub_keeps_its_signature_and_loses_its_solution(course: Path, run: Run) -> None:
    run()
    (stub,) = [cell for cell in notebook(course).cells if cell.id == "centred"]
    assert stub.source.startswith("def centred(points):")
    assert stub.source.endswith("    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert "mean(dim=0)" not in stub.source


@pytest.mark.usefixtures("quick")
def test_the_notebook_states_the_limits_of_the_course_and_nbgrader_holds_to_it(
    course: Path, run: Run
) -> None:
    (course / "autograder.toml").write_text("[limits]\ncell_seconds = 33\n", encoding="utf-8")
    assert run() == 0
    (said,) = [cell for cell in notebook(course).cells if cell.id == "graded-with"]
    assert "    cell_seconds=33,\n" in said.source
    assert said.metadata.nbgrader.checksum == compute_checksum(said)


def test_the_requirements_are_exact_and_reach_all_that_the_wheel_needs(
    built_wheel: tuple[str, bytes],
) -> None:
    text = requirements.requirements(*built_wheel, ROOT)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[0] == f"./{built_wheel[0]}"
    assert [line for line in lines[1:] if not re.fullmatch(r"[a-z0-9-]+==[^=]+", line)] == []
    names = {line.partition("==")[0] for line in lines[1:]}
    assert names >= {"torch", "hypothesis", "nbformat", "sympy", "markupsafe", "jsonschema"}
    assert names.isdisjoint({"nbgrader", "pytest", "hatchling", "build", "nbdime"})


def test_what_is_missing_for_the_wheel_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="build and hatchling not installed"):
        wheel.build(tmp_path)
    monkeypatch.setattr(wheel, "ROOT", tmp_path)
    with pytest.raises(UsageError, match="checkout"):
        wheel.build(tmp_path)


def test_a_course_s_checks_go_into_its_wheel_under_a_version_of_its_own(course: Path) -> None:
    name, data = wheel.packed(
        {"fewlabels-0.1.0.dist-info/METADATA": b"Name: fewlabels\nVersion: 0.1.0\n"}
        | wheel.course_checks(course),
        wheel._label(wheel.course_checks(course)),
    )
    assert re.fullmatch(r"fewlabels-0\.1\.0\+course\.[0-9a-f]{12}-py3-none-any\.whl", name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "autograder/checks/tiny/centred.py" in archive.namelist()
        version = name.split("-")[1]
        assert f"Version: {version}" in archive.read(f"fewlabels-{version}.dist-info/METADATA").decode()


# --- the same bytes


BUILD = """
import os, sys
os.umask(int(sys.argv[2], 8))
from pathlib import Path
from autograder.release import candidate, folder
course = Path(sys.argv[1])
release = candidate.of(course, "tiny", 5).build()
with folder.workshop(course, course / "release" / "tiny") as staged:
    folder.write(staged, release.files)
    folder.publish(staged, course / "release" / "tiny")
print(candidate.__file__)
"""


def test_two_machines_give_the_same_bytes(course: Path, tmp_path: Path) -> None:
    """Another directory, checkout, user's mask, time zone, locale, hash seed and order of directories."""
    checkout, other = tmp_path / "elsewhere" / "checkout", tmp_path / "other"
    checkout.mkdir(parents=True)
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in reversed(tracked.stdout.splitlines()):
        if name.startswith("autograder/") or "/" not in name:
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, checkout / name)
            os.utime(checkout / name, (1_000_000_000, 1_000_000_000))
    for path in sorted(course.rglob("*"), reverse=True):
        if path.is_file():
            (other / path.relative_to(course)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, other / path.relative_to(course))
    there = {"TZ": "Asia/Kathmandu", "LC_ALL": "POSIX", "PYTHONHASHSEED": "2", "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-c", BUILD, str(other), "077"]
    done = subprocess.run(command, env=os.environ | there, cwd=other, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().startswith(str(checkout))
    here = candidate.of(course, "tiny", 5).build()
    with folder.workshop(course, course / "release" / "tiny") as staged:
        folder.write(staged, here.files)
        folder.publish(staged, course / "release" / "tiny")
    one, two = released(course), released(other)
    assert {name for name in one if one[name] != two.get(name)} == set()
    assert one.keys() == two.keys()
    modes = {
        path.stat().st_mode
        for path in (*(course / "release/tiny").iterdir(), *(other / "release/tiny").iterdir())
    }
    assert modes == {0o100644}


# --- refused


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("cell", "change", "told"),
    [
        (
            "centred-checks",
            lambda cell: cell["metadata"]["nbgrader"].update(points=3),
            "2 points before, 3 points now",
        ),
        (
            "imports",
            lambda cell: cell.update(source="import torch\n"),
            "imports: the text of the locked cell changed",
        ),
        (
            "imports",
            lambda cell: cell["metadata"]["nbgrader"].update(grade_id="begin"),
            "imports: the cell is gone",
        ),
        (
            "centred",
            lambda cell: cell.update(
                source="".join(cell["source"]).replace("(points):", "(points, by=None):")
            ),
            "centred(points) before, centred(points, by=None) now",
        ),
    ],
    ids=["points", "locked cell", "grade id", "signature"],
)
def test_a_changed_interface_is_refused_while_submissions_are_there(
    course: Path, run: Run, capsys: pytest.CaptureFixture[str], cell: str, change: Any, told: str
) -> None:
    assert run() == 0
    before = released(course)
    edit(course, lambda cells: change(cells[cell]))
    submit(course)
    assert run() == 1
    assert told in capsys.readouterr().err
    assert released(course) == before
    assert run(despite_submissions=True) == 0
    assert released(course) != before


@pytest.mark.usefixtures("quick")
def test_words_may_change_while_submissions_are_there(course: Path, run: Run) -> None:
    run()
    submit(course)
    edit(course, lambda cells: cells["title"].update(source="# Better words"))
    assert run() == 0
    assert notebook(course).cells[0].source == "# Better words"


@pytest.mark.usefixtures("quick")
def test_a_leak_is_refused_with_file_cell_and_remedy(
    course: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    before = released(course)
    edit(
        course,
        lambda cells: cells["centred-look"].update(
            source="### BEGIN HIDDEN TEST\nassert True\n### END HIDDEN TEST"
        ),
    )
    (source(course).parent / "solution.py").write_text("x = 1")
    capsys.readouterr()
    assert run() == 1
    told = capsys.readouterr().err
    assert "tiny.ipynb, cell 8" in told
    assert "tiny/solution.py" in told
    assert "Not released: 3 leaks." in told
    assert released(course) == before
    assert run(leak_scan=False) == 0


@pytest.mark.usefixtures("quick")
def test_without_data_notes_there_is_no_release(course: Path, run: Run) -> None:
    (source(course).parent / "DATA.md").unlink()
    with pytest.raises(AssignmentError, match="no data notes"):
        run()


# --- variants


@pytest.mark.usefixtures("quick")
def test_a_variant_is_another_notebook_with_the_same_exercises(course: Path, run: Run) -> None:
    run()
    plain = notebook(course)
    assert run(variant=7) == 0
    varied = notebook(course)
    changed = [new.id for old, new in zip(plain.cells, varied.cells, strict=True) if old.source != new.source]
    assert changed == ["data"]
    assert json.loads(released(course)["MANIFEST.json"])["variant"] == 7
    seed = re.search(r"manual_seed\((\d+)\)", released(course)["tiny.ipynb"].decode())
    assert seed is not None
    assert seed[0] in released(course)["DATA.md"].decode()


@pytest.mark.usefixtures("quick")
def test_grading_restores_the_cells_of_the_variant(course: Path, run: Run) -> None:
    (course / "autograder.toml").write_text("seed = 5\n")
    run(variant=7)
    assert (settings.read(course).seed, settings.read(course).variant) == (5, 7)
    (restored,) = [c for c in assignment.of_course(course, "tiny").notebook.cells if c.grade_id == "data"]
    (student,) = [cell for cell in notebook(course).cells if cell.id == "data"]
    assert restored.source == student.source
    assert run() == 0  # the term keeps its variant
    assert json.loads(released(course)["MANIFEST.json"])["variant"] == 7
    with pytest.raises(UsageError, match="variant = 7"):
        run(variant=8)
    (course / "autograder.toml").write_text("seed = 5\n")
    with pytest.raises(
        AssignmentError, match="The release is variant 7, the course's settings say the source"
    ):
        assignment.of_course(course, "tiny")


# --- what changed


@pytest.mark.usefixtures("quick")
def test_the_difference_is_told_cell_by_cell_and_nothing_is_written(
    course: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(diff=True) == 0
    assert "There is no release yet" in capsys.readouterr().out
    run()
    before = released(course)
    edit(course, lambda cells: cells["centred-look"].update(source='print("mean:", points.mean(dim=0))'))
    (source(course).parent / "DATA.md").write_text("# Other notes\n")
    capsys.readouterr()
    assert run(diff=True) == 0
    told = capsys.readouterr().out
    assert "changed cell 8, code centred-look" in told
    assert '- print("mean before:", points.mean(dim=0))' in told
    assert '+ print("mean:", points.mean(dim=0))' in told
    assert "changed DATA.md" in told
    assert "since the last release" in told
    assert released(course) == before


# --- nbgrader


@pytest.mark.usefixtures("quick")
def test_nbgrader_knows_the_assignment_and_hands_the_folder_out(
    course: Path, run: Run, tmp_path: Path
) -> None:
    from nbgrader.api import Gradebook
    from nbgrader.exchange.default import ExchangeReleaseAssignment

    from autograder.nbgrader_bridge.configuration import Course, course_config

    assert run(gradebook=True) == 0
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        (grade,) = book.find_notebook("tiny", "tiny").grade_cells
        assert (grade.name, grade.max_score) == ("centred_checks", 2.0)
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    config = course_config(course)
    config.Exchange.root = str(exchange)
    config.Exchange.assignment_dir = str(tmp_path)
    here = Course(config=config, root=str(course), assignment_id="tiny", course_id="deep")
    ExchangeReleaseAssignment(coursedir=here, config=config).start()
    handed_out = exchange / "deep" / "outbound" / "tiny"
    assert {path.name: path.read_bytes() for path in handed_out.iterdir()} == released(course)


# --- what public checks draw


NOTHING_DRAWN = """
import autograder
from autograder.laws import registry
from autograder.runner import plans
from autograder.student import in_kernel

def refuse(check, seed):
    raise SystemExit(f"{check.name} is drawn")

plans.draw = refuse
planned = 0
for name in registry.assignments():
    for check in registry.load(name):
        if check.strategies and "weights" not in check.runner_parameters:
            in_kernel._planner(name).plan(check)
            planned += 1
print(planned, autograder.__file__)
"""


def test_the_first_check_of_a_student_draws_nothing(built_wheel: tuple[str, bytes], tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(built_wheel[1])) as archive:
        archive.extractall(tmp_path)
        names = [name for name in archive.namelist() if name.endswith(".inputs")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", NOTHING_DRAWN]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    planned, _, where = done.stdout.partition(" ")
    assert where.startswith(str(tmp_path))
    assert int(planned) == len(names) > 60
