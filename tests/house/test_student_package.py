"""The wheel is the student package: no staff room, no reference, no solution; and it is what the jail sees."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.sandbox import student_package

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
    import json

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
