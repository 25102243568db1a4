"""The wheel is the student package: no staff room, no reference, no solution; and it is what the jail sees."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.sandbox import self_attack, student_package

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def code_in(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_it_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0] for name in code_in(wheel)} == {"autograder"}
    assert "autograder/checks/fewshot/prototypes.py" in code_in(wheel)
    assert any(name.startswith("autograder/feedback/templates/") for name in code_in(wheel))


def test_it_holds_no_room_of_staff(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[1] for name in code_in(wheel)} & student_package.STAFF == set()
    assert [name for name in code_in(wheel) if "hidden" in name] == []


def functions(text: str) -> dict[str, str]:
    """name -> normalised body of every function with more than two statements."""
    tree = ast.parse(text)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {node.name: "\n".join(map(ast.dump, node.body[1:])) for node in nodes if len(node.body) > 2}


def test_it_holds_no_solution(wheel: zipfile.ZipFile) -> None:
    notebook = json.loads((ROOT / "assignments" / "fewshot" / "fewshot.ipynb").read_text(encoding="utf-8"))
    solved = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]
    answers = {
        body
        for text in [
            *("".join(cell["source"]) for cell in solved if cell["cell_type"] == "code"),
            *(path.read_text(encoding="utf-8") for path in (ROOT / "reference").glob("*.py")),
        ]
        for body in functions(text).values()
    }
    assert len(answers) > 10
    for name in code_in(wheel):
        if name.endswith(".py"):
            shipped = functions(wheel.read(name).decode())
            assert [each for each, body in shipped.items() if body in answers] == [], name


def test_the_jail_sees_the_same_files(wheel: zipfile.ZipFile) -> None:
    assert {str(path) for path in student_package.files()} == code_in(wheel)


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip would put it: an ordinary folder of packages, beside those that staff have."""
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)
    return folder


def autograder(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command of that installation, in this environment's packages."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )


def test_installed_without_e_it_says_what_it_is_and_what_staff_install(installed: Path) -> None:
    """`pip install ".[staff]"`: all packages of staff's are there, and no hidden check."""
    done = autograder(installed, "doctor")
    assert done.returncode == 3, done.stderr
    said = " ".join(done.stdout.split())
    assert "This is the students' installation of fewlabels" in said
    assert 'pip install -e ".[staff]" -c constraints.txt' in said
    assert "does not hold" not in said
    told = json.loads(autograder(installed, "doctor", "--json").stdout)
    assert (told["installation"], told["profiles"]) == ("students", [])
    graded = autograder(installed, "grade", "fewshot")
    assert (graded.returncode, graded.stdout) == (2, "")
    assert 'pip install -e ".[staff]" -c constraints.txt' in " ".join(graded.stderr.split())


def test_what_that_installation_holds_is_no_secret_of_the_graders(installed: Path) -> None:
    """Beside the interpreter's packages the jail can read it, and that is no hole: it holds what students have."""
    code = "from autograder.sandbox import self_attack; print(self_attack._secret())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )
    assert done.stdout == "None\n"
    assert self_attack._secret() == self_attack.__file__
