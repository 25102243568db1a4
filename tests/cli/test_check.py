"""`autograder check NOTEBOOK`: what a student runs before submitting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.feedback.json import from_json
from autograder.feedback.phrases import NOTHING
from tests.cli.conftest import RIGHT, WRONG, notebook

ROOT = Path(__file__).parents[2]
Run = Callable[..., Any]


def test_a_right_notebook_ends_with_0(run: Run, tiny: None, tmp_path: Path) -> None:
    done = run("check", notebook(tmp_path / "tiny.ipynb", RIGHT))
    assert done.status == 0
    assert "✓ double, 4 of 4 points: both laws hold" in done.out
    assert "These are the public laws; the grader asks more of the same functions." in done.out


def test_a_wrong_one_ends_with_1_and_shows_the_law(run: Run, tiny: None, tmp_path: Path) -> None:
    done = run("check", notebook(tmp_path / "tiny.ipynb", WRONG))
    assert done.status == 1
    assert "✗ double, 2 of 4 points: 1 of 2 laws broken" in done.out
    assert "Twice the number comes back." in done.out
    assert "double is 20, but it has to be 22" in done.out
    assert "doubling" not in done.out + done.err


KEYS = {
    "": {
        "schema",
        "assignment",
        "student",
        "status",
        "score",
        "max_score",
        "pending_points",
        "seed",
        "sandbox",
        "device",
        "versions",
        "error",
        "exercises",
    },
    "exercise": {"name", "points", "max_points", "blame", "checks"},
    "check": {"name", "law", "visibility", "weight", "verdict", "examples", "message", "counterexample"},
    "counterexample": {"call", "arguments", "returned", "expected", "snippet"},
}


def test_json_has_the_keys_of_the_published_schema_and_nothing_else_is_printed(
    run: Run, tiny: None, tmp_path: Path
) -> None:
    done = run("check", notebook(tmp_path / "tiny.ipynb", WRONG), "--json")
    result = json.loads(done.out)
    assert done.status == 1
    assert KEYS[""] <= set(result)
    (exercise,) = result["exercises"]
    assert KEYS["exercise"] <= set(exercise)
    assert all(KEYS["check"] <= set(each) for each in exercise["checks"])
    assert KEYS["counterexample"] <= set(exercise["checks"][1]["counterexample"])
    assert (result["schema"], result["assignment"], result["sandbox"], result["seed"]) == (
        1,
        "tiny",
        "in process",
        0,
    )
    assert [each["verdict"] for each in exercise["checks"]] == ["holds", "falsified"]
    assert from_json(done.out).score == 2.0


def test_twice_the_same_bytes(run: Run, tiny: None, tmp_path: Path) -> None:
    path = notebook(tmp_path / "tiny.ipynb", WRONG)
    assert run("check", path, "--json").out == run("check", path, "--json").out


def test_hidden_checks_are_not_asked_and_not_shown(run: Run, tiny: None, tmp_path: Path) -> None:
    out = run("check", notebook(tmp_path / "tiny.ipynb", RIGHT), "--json").out
    assert "hidden" not in out
    assert "It adds." not in out


def test_a_notebook_under_another_name_needs_to_say_which_assignment_it_is(
    run: Run, tiny: None, tmp_path: Path
) -> None:
    path = notebook(tmp_path / "tiny (1).ipynb", RIGHT)
    done = run("check", path)
    assert (done.status, done.out) == (2, "")
    assert "There are no checks for an assignment called 'tiny (1)'." in done.err
    assert "Say which one it is: --assignment fewshot or matching or tiny." in done.err
    assert run("check", path, "--assignment", "tiny").status == 0


def test_a_notebook_that_is_not_there(run: Run, tiny: None, tmp_path: Path) -> None:
    done = run("check", tmp_path / "tiny.ipynb")
    assert (done.status, done.out) == (2, "")
    assert "does not exist" in " ".join(done.err.replace("│", " ").split())


def test_a_file_that_is_no_notebook(run: Run, tiny: None, tmp_path: Path) -> None:
    (tmp_path / "tiny.ipynb").write_text("{")
    done = run("check", tmp_path / "tiny.ipynb")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(
        "tiny.ipynb\nThe submission: The file is no notebook that can be read: it is not JSON"
    )
    assert done.err.endswith("Open it in Jupyter, save it as .ipynb, and submit it again.\n")


def test_hidden_checks_where_they_are_not_installed(
    run: Run, tiny: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "autograder.hidden", None)
    done = run("check", notebook(tmp_path / "tiny.ipynb", RIGHT), "--all")
    assert (done.status, done.out) == (2, "")
    assert "The hidden checks are not installed." in done.err


def test_cells_run_beside_the_notebook(run: Run, tiny: None, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "factor.txt").write_text("2")
    path = notebook(
        tmp_path / "there" / "tiny.ipynb",
        "factor = int(open('factor.txt').read())\ndef double(x):\n    return factor * x",
    )
    assert run("check", path).status == 0


def test_the_stub_of_the_real_assignment_as_a_program(tmp_path: Path) -> None:
    """A student's first try: nothing is defined, every exercise says so, and the exit status is 1."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
    path = notebook(tmp_path / "fewshot.ipynb", "print('hello')")
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", str(path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "class_prototypes is not defined." in done.stdout
    assert "There is no file fewshot.safetensors beside the notebook" in done.stdout
    assert "Traceback" not in done.stderr
    assert "hello" not in done.stdout
    assert os.listdir(tmp_path) == ["fewshot.ipynb"]


def test_a_whole_notebook_is_fit_and_leaves_a_receipt(run: Run, tiny: None, tmp_path: Path) -> None:
    done = run("check", notebook(tmp_path / "tiny.ipynb", RIGHT), "--receipt")
    assert done.status == 0
    assert "✓ Fit to be submitted." in done.out
    receipt = json.loads((tmp_path / "tiny.receipt.json").read_text())
    assert list(receipt["files"]) == ["tiny.ipynb"]
    assert list(receipt["cells"]) == ["double"]


def test_a_broken_law_leaves_it_fit(run: Run, tiny: None, tmp_path: Path) -> None:
    done = run("check", notebook(tmp_path / "tiny.ipynb", WRONG))
    assert "✓ Fit to be submitted, though 1 law does not hold yet." in done.out


def test_what_is_missing_and_what_does_not_run_make_it_unfit(run: Run, tiny: None, tmp_path: Path) -> None:
    path = notebook(tmp_path / "tiny.ipynb", RIGHT + "\nnot_there")
    document = json.loads(path.read_text())
    del document["cells"][2]
    path.write_text(json.dumps(document))
    done = run("check", path)
    assert done.status == 1
    assert "✗ Not fit to be submitted yet: 2 things to mend." in done.out
    assert "Everything is graded." not in done.out
    assert "The cell double_checks is missing." in done.out
    assert "Cell 1 ends with NameError: name 'not_there' is not defined" in done.out
    found = json.loads(run("check", path, "--json").out)["submission"]
    assert (found["fit"], len(found["findings"])) == (False, 2)


def test_causes_come_first_and_what_follows_is_folded_under_them(
    run: Run, tiny: None, tmp_path: Path
) -> None:
    path = notebook(tmp_path / "tiny.ipynb", RIGHT + '\nprint "hello"')
    document = json.loads(path.read_text())
    for text in ("y = double(torch.ones(1))", "z = y"):
        document["cells"].append({**document["cells"][0], "id": f"c{len(text)}", "source": text})
    path.write_text(json.dumps(document))
    done = run("check", path)
    assert done.status == 1
    assert "✗ Not fit to be submitted yet: 1 thing to mend." in done.out
    told = done.out[done.out.index("Not fit") :]
    order = [
        told.index(each)
        for each in (
            "✗ Cell 1 ends with SyntaxError",
            "so: Cell 3 ends",
            "so: Cell 4 ends",
            "so: The exercise double",
        )
    ]
    assert order == sorted(order)
    found = json.loads(run("check", path, "--json").out)
    ((cause,),) = (each["causes"] for each in found["exercises"])
    assert (cause["kind"], cause["cell"]) == ("cell_failed", 1)


def test_half_done_is_fit_and_what_is_not_started_waits(run: Run, tiny: None, tmp_path: Path) -> None:
    path = notebook(tmp_path / "tiny.ipynb", "def double(x):\n    raise NotImplementedError()")
    done = run("check", path)
    assert f"{NOTHING} double, 0 of 4 points: not started, 2 laws wait" in done.out
    assert "broken" not in done.out
    assert "✓ Fit to be submitted, though 2 laws do not hold yet." in done.out


def test_what_is_right_at_its_check_is_right_as_in_grading(run: Run, tiny: None, tmp_path: Path) -> None:
    path = notebook(tmp_path / "tiny.ipynb", "two = 2\ndef double(x):\n    return two * x")
    document = json.loads(path.read_text())
    document["cells"].append({**document["cells"][0], "id": "later", "source": "two = 3"})
    path.write_text(json.dumps(document))
    done = run("check", path)
    assert done.status == 0
    assert "✓ double, 4 of 4 points: both laws hold" in done.out
    assert "Because: two gets another meaning in cell 3, behind this exercise" in done.out


def test_a_changed_cell_of_the_course_is_not_what_is_graded(run: Run, tiny: None, tmp_path: Path) -> None:
    path = notebook(tmp_path / "tiny.ipynb", RIGHT)
    document = json.loads(path.read_text())
    marks = {"grade_id": "imports", "locked": True, "solution": False, "grade": False, "checksum": "0" * 32}
    document["cells"][0]["metadata"]["nbgrader"] = {"schema_version": 3, "task": False, **marks}
    path.write_text(json.dumps(document))
    done = run("check", path)
    assert done.status == 1
    assert "✗ The cell imports is the course's, and was changed." in done.out


def test_another_assignment_s_notebook_is_told_in_one_sentence(run: Run, tiny: None, tmp_path: Path) -> None:
    source = ROOT / "assignments" / "matching" / "matching.ipynb"
    (tmp_path / "fewshot.ipynb").write_text(source.read_text())
    done = run("check", tmp_path / "fewshot.ipynb")
    assert done.status == 1
    assert "This is the notebook of matching, not of fewshot" in done.out
    assert "is missing" not in done.out


def test_an_interrupt_stops_the_whole_check(run: Run, tiny: None, tmp_path: Path) -> None:
    done = run("check", notebook(tmp_path / "tiny.ipynb", "raise KeyboardInterrupt"))
    assert done.status == 130
    assert "Stopped while Cell 1 was running" in done.err
