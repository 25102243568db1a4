"""`check(...)` in a kernel: shows the laws of this very namespace, and in grading does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import autograder
from autograder.environment import JAIL
from autograder.errors import UsageError
from autograder.feedback.phrases import NOTHING
from autograder.laws import registry
from autograder.model import ExerciseResult
from autograder.student import in_kernel, kernel
from tests.checks.fewshot_corpus import SOURCE

ROOT = Path(__file__).parents[2]
# One exercise with few checks: no more is drawn than these tests need.
RIGHT = """
import torch
from torch import nn

class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 8))

    def forward(self, x):
        return self.layers(x)
"""
WRONG = RIGHT.replace("return self.layers(x)", "return self.layers(x + 0.1 * torch.rand_like(x))")
LAWS = 8


@pytest.fixture(autouse=True)
def _not_in_grading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(JAIL, raising=False)


def forget_shell() -> None:
    """Of whatever class: a shell of another test that is only half forgotten would take no displays."""
    if InteractiveShell.initialized():
        type(InteractiveShell.instance()).clear_instance()


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A kernel's shell, as `get_ipython()` finds it."""
    forget_shell()
    shell = InteractiveShell.instance()
    shell.run_cell("from autograder import check")
    yield shell
    forget_shell()


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The namespace of a plain Python program."""
    forget_shell()
    names: dict[str, Any] = {}
    for name in ("EmbeddingNet", "torch", "nn"):
        monkeypatch.setattr(sys.modules["__main__"], name, None, raising=False)
    exec(RIGHT, names)
    monkeypatch.setattr(sys.modules["__main__"], "EmbeddingNet", names["EmbeddingNet"], raising=False)
    return names


# --- in a kernel


def shown(shell: InteractiveShell, *cells: str) -> tuple[str, dict[str, Any]]:
    """What stands under the last cell: its printed text, and what it displayed."""
    with capture_output() as captured:
        for cell in cells:
            shell.run_cell(cell, store_history=True).raise_error()  # as kernels do
    (output,) = captured.outputs
    return captured.stdout + captured.stderr, output.data


def test_laws_that_hold_are_shown(shell: InteractiveShell) -> None:
    printed, data = shown(shell, RIGHT, 'check("embedding_net")')
    assert data["text/plain"].startswith("✓ embedding_net: all 8 laws hold\n")
    assert "Different images have different embeddings." in data["text/plain"]
    assert data["text/html"].lstrip().startswith("<")
    assert "all 8 laws hold" in data["text/html"]
    assert printed == ""


def test_a_green_line_says_how_many_laws_wait(shell: InteractiveShell) -> None:
    hidden = [each for each in registry.load("fewshot", hidden=True) if each.visibility == "hidden"]
    waiting = sum(each.exercise == "class_prototypes" for each in hidden)
    assert waiting > 1
    right = "\n".join(
        cell.source for cell in SOURCE.notebook.code if cell.grade_id in ("imports", "class_prototypes")
    )
    _, data = shown(shell, right, 'check("class_prototypes")')
    said = f"laws hold; {waiting} more are asked in grading\n"
    assert said in data["text/plain"]
    assert said.strip() in data["text/html"]


def test_the_law_that_does_not_hold_is_explained(shell: InteractiveShell) -> None:
    text = shown(shell, WRONG, 'check("embedding_net")')[1]["text/plain"]
    assert "✗ broken" in text
    assert "In evaluation mode the same image has the same embedding each time." in text
    assert "An essential law does not hold, so that at most half of the points can be earned." in text
    assert "(essential, counts twice)" in " ".join(text.split())
    assert "To see it yourself, paste this into a cell below your function:" in text


def test_a_function_that_is_defined_anew_is_checked_anew(shell: InteractiveShell) -> None:
    assert "✗" in shown(shell, WRONG, 'check("embedding_net")')[1]["text/plain"]
    assert "✗" not in shown(shell, RIGHT, 'check("embedding_net")')[1]["text/plain"]


def test_what_is_not_defined_yet_is_said_first(shell: InteractiveShell) -> None:
    text = shown(shell, 'check("embedding_net")')[1]["text/plain"]
    assert "EmbeddingNet is not defined." in text
    assert text.startswith("✗ embedding_net: 1 of 8 laws broken, 7 skipped\n")


def test_a_stub_is_not_done_yet(shell: InteractiveShell) -> None:
    kernel.history(shell)
    stub = "class EmbeddingNet:\n    def __init__(self):\n        raise NotImplementedError()"
    text = shown(shell, stub, 'check("embedding_net")')[1]["text/plain"]
    assert text.startswith(f"{NOTHING} embedding_net: not started, 8 laws wait\n")
    assert "broken" not in text


def test_the_cell_that_failed_is_told_with_its_line(shell: InteractiveShell) -> None:
    kernel.history(shell)
    with capture_output():
        shell.run_cell(RIGHT + '\nprint "hello"', store_history=True)
    text = " ".join(shown(shell, 'check("embedding_net")')[1]["text/plain"].split())
    assert "Because: The cell In [" in text
    assert "SyntaxError: Missing parentheses" in text
    assert 'of its cell: print "hello"). So EmbeddingNet is not there.' in text
    assert "Because" not in shown(shell, RIGHT, 'check("embedding_net")')[1]["text/plain"]


def test_a_name_that_means_something_else_by_now_is_told(shell: InteractiveShell) -> None:
    kernel.history(shell)
    text = shown(shell, RIGHT, "nn = 3", 'check("embedding_net")')[1]["text/plain"]
    assert "nn is of type int by now" in " ".join(text.split())
    html = shown(shell, 'check("embedding_net")')[1]["text/html"]
    assert "<strong>Because:</strong>" in html
    text = shown(shell, "from torch import nn", 'check("embedding_net")')[1]["text/plain"]
    assert "by now" not in text


def test_names_that_only_look_alike_are_not_told(shell: InteractiveShell) -> None:
    """A wrong function whose own variables are called like something else in the notebook."""
    kernel.history(shell)
    wrong = RIGHT.replace("return self.layers(x)", "sum = 1\n        return self.layers(y)")
    text = shown(shell, wrong, "sum = 2\nx = 3", 'check("embedding_net")')[1]["text/plain"]
    assert "by now" not in text
    assert "name 'y' is not defined" in text


def test_nothing_is_left_in_the_notebook(shell: InteractiveShell) -> None:
    shell.run_cell(RIGHT)
    before = {name for name in shell.user_ns if not name.startswith("_")}
    shown(shell, 'check("embedding_net")')
    assert {name for name in shell.user_ns if not name.startswith("_")} == before


def test_random_state_of_the_kernel_stays_as_it_was(shell: InteractiveShell) -> None:
    shell.run_cell(
        RIGHT + "\nimport random, numpy as np\ntorch.manual_seed(3); np.random.seed(3); random.seed(3)"
    )
    shell.run_cell("states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()")
    shown(shell, 'check("embedding_net")')
    same = "torch.equal(states[0], torch.get_rng_state()), (states[1] == np.random.get_state()[1]).all(), states[2] == random.getstate()"
    assert shell.run_cell(f"[bool(each) for each in ({same})]").result == [True, True, True]


def test_what_the_student_s_functions_print_is_not_shown(shell: InteractiveShell) -> None:
    loud = RIGHT.replace("return self", "print('shape', x.shape)\n        return self")
    printed, data = shown(shell, loud, 'check("embedding_net")')
    assert "shape" not in printed + data["text/plain"]


def test_in_grading_nothing_happens(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JAIL, "1")
    with capture_output() as captured:
        shell.run_cell(WRONG).raise_error()
        shell.run_cell('check("embedding_net"); check("there is no such exercise")').raise_error()
    assert (captured.stdout, captured.stderr, captured.outputs) == ("", "", [])


def test_an_exercise_that_is_not_there_is_named_with_those_that_are(shell: InteractiveShell) -> None:
    with pytest.raises(UsageError) as caught:
        autograder.check("class_prototype")
    assert str(caught.value) == (
        "There is no exercise called 'class_prototype'. Did you mean class_prototypes? Use one of: class_prototypes, class_probabilities, "
        "sample_episode, episode_loss, embedding_net, train, trained_weights, contrastive_losses, sample_pairs, "
        "cosine_similarities, label_probabilities, matching_loss."
    )
    with pytest.raises(UsageError, match="There is no exercise called 'nothing'"):
        autograder.check("nothing", assignment="fewshot")


# --- which assignment


def test_a_notebook_says_whose_checks_are_meant(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def run(assignment: str, exercise: str, *_: object, **__: object) -> ExerciseResult:
        asked.append((assignment, exercise))
        return ExerciseResult(exercise, 0.0, 0.0, None, ())

    monkeypatch.setattr(in_kernel, "run", run)
    autograder.assignment("matching")("train")
    assert asked == [("matching", "train")]


def test_an_assignment_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UsageError) as caught:
        autograder.assignment("fewshoot")
    assert str(caught.value).startswith(
        "There is no assignment called 'fewshoot' here. Use one of: fewshot, matching."
    )


def two_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "owners", lambda exercise: ("fewshot", "zeta"))


def test_of_two_assignments_with_one_exercise_name_none_is_guessed(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_owners(monkeypatch)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        autograder.check("train")
    assert str(caught.value) == (
        "The assignments fewshot and zeta have an exercise called 'train'. "
        'Say whose you mean: check("train", assignment="fewshot").'
    )


def test_a_notebook_of_version_0_1_is_known_by_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_owners(monkeypatch)
    (tmp_path / "zeta.ipynb").write_text("{}")
    assert in_kernel._assignment_of("train", tmp_path) == "zeta"


# --- in plain Python


def test_without_a_kernel_it_is_printed(main: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    autograder.check("embedding_net")
    out = capsys.readouterr().out
    assert out.startswith("✓ embedding_net: all 8 laws hold\n")


def test_as_a_program_of_one_s_own(tmp_path: Path) -> None:
    """`python notebook.py`: as students do who write in an editor."""
    (tmp_path / "mine.py").write_text(
        WRONG + "\nfrom autograder import check\ncheck('embedding_net', assignment='fewshot')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("✗ embedding_net: ")
    assert "of 8 laws broken" in done.stdout
    assert os.listdir(tmp_path) == ["mine.py"]  # no database of examples, no cache


# --- the result


def test_it_carries_no_points_and_asks_no_hidden_laws() -> None:
    names: dict[str, Any] = {}
    exec(RIGHT, names)
    result = in_kernel.run("fewshot", "embedding_net", names, Path.cwd(), progress=False)
    assert (result.name, result.points, result.max_points, result.blame) == ("embedding_net", 0.0, 0.0, None)
    assert [each.verdict for each in result.checks] == ["holds"] * LAWS
    assert {each.visibility for each in result.checks} == {"public"}


def test_the_weights_beside_the_notebook_are_checked(tmp_path: Path) -> None:
    result = in_kernel.run("fewshot", "trained_weights", {}, tmp_path, progress=False)
    assert result.checks[0].message == (
        "There is no file fewshot.safetensors beside the notebook: run the cell that saves the weights."
    )


def test_students_check_themselves_on_other_inputs_than_they_are_graded_on() -> None:
    from autograder.course.settings import Settings

    assert Settings().seed != in_kernel.SEED
