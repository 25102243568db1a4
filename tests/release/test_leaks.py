"""Every planted leak is told, with its place and a remedy; the clean release, and what only looks like a leak, is not."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from autograder.course import corpus, variants
from autograder.laws import registry
from autograder.release import building, wheel
from autograder.release.leaks import Finding, scan
from tests.release.clean import NAME, PLACE, ROOT, fewshot, findings, released, renamed, wheel_with, with_cell
from tests.release.planted import PLANTED


@pytest.mark.parametrize("leak", PLANTED)
def test_a_planted_leak_is_told(leak: str) -> None:
    found = PLANTED[leak]()
    assert found, leak
    assert all(each.file and each.what.endswith(".") and each.remedy.endswith((".", ";")) for each in found)


def test_there_are_as_many_as_were_asked_for() -> None:
    assert len(PLANTED) >= 60


def test_the_place_is_the_cell_in_which_it_stands() -> None:
    (found,) = PLANTED["solution_with_other_names"]()
    assert (found.file, found.cell) == (NAME, PLACE)
    assert "class_probabilities" in found.what


# --- no false alarm


def test_the_clean_release_has_no_finding() -> None:
    piece = fewshot()
    release = piece.build()
    assert piece.leaks(release) == []
    assert set(release.files) >= {NAME, "DATA.md", "requirements.txt", "MANIFEST.json"}


BOILERPLATE = {
    "a stub": "def class_prototypes(embeddings, labels):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
    "a class that begins": "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n\n"
    "    def forward(self, x):\n        return self.net(x)",
    "a short loop": "losses = []\nfor step in range(10):\n    losses.append(step)\nprint(losses)",
    "a step of training": "optimizer.zero_grad()\nloss.backward()\noptimizer.step()",
    "a network of torch": "net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))",
    "a mean": "center = points.mean(dim=0)",
    "a generator": "generator = torch.Generator().manual_seed(3)\ntorch.randn(3, generator=generator)",
    "a use of the functions": "prototypes, classes = class_prototypes(x, y)\np = class_probabilities(q, prototypes)",
    "a plot": "plt.plot(losses)\nplt.xlabel('episode')\nplt.ylabel('loss')\nplt.show()",
}
PROSE = {
    "a sentence about solutions": "Begin with a solution that is simple. There is no hidden test here.",
    "a heading": "## Solutions of last year's exercises are not helpful\n\n### The end",
    "the word reference": "For reference, see the paper. Import what you need from the reference implementation.",
    "a hint of one line": "`torch.unique` finds the distinct labels; `queries.unsqueeze(1)` is (q, 1, d).",
    "the question again": "Show that equation (2) is then a *linear* classifier in the embedding space.",
}


@pytest.mark.parametrize("code", BOILERPLATE.values(), ids=BOILERPLATE)
def test_right_looking_code_is_no_leak(code: str) -> None:
    assert findings(with_cell(code)) == []


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_prose_is_no_leak(text: str) -> None:
    assert findings(with_cell(text, "markdown")) == []


def test_a_wheel_may_speak_of_what_it_does_not_hold() -> None:
    code = 'HIDDEN = "autograder.hidden"\nREMEDY = "see corpus/fewshot/solutions/a.py, BEGIN SOLUTION"\n'
    assert findings(files=wheel_with(autograder__registry=code)) == []


# --- how much is found


def test_nearly_every_right_program_is_found_under_other_names() -> None:
    """Programs smaller than boilerplate cannot be told from it; they are few, and are named here by their size."""
    missed = []
    for program in corpus.read_all(ROOT / "corpus" / "fewshot" / "solutions"):
        for exercise, code in program.cells.items():
            if not scan({"cell.py": renamed(code).encode()}, fewshot().secrets):
                missed.append((program.name, exercise))
    assert missed == []


# --- beside the source


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    folder = tmp_path / "fewshot"
    shutil.copytree(ROOT / "assignments" / "fewshot", folder)
    return folder


def _declare(folder: Path, *names: str) -> None:
    path = folder / "release.toml"
    listed = ", ".join(f'"{name}"' for name in names)
    path.write_text(f"files = [{listed}]\n" + path.read_text(encoding="utf-8"), encoding="utf-8")


def beside_findings(folder: Path) -> list[Finding]:
    return building.beside_the_source(folder / NAME, variants.read(folder / NAME))


@pytest.mark.parametrize(
    "name", ["fewshot_solution.ipynb", "gradebook.db", "fewshot.safetensors", "notes.txt", "marks", "old"]
)
def test_a_file_beside_the_notebook_has_to_be_declared(beside: Path, name: str) -> None:
    (beside / name).mkdir() if name == "old" else (beside / name).write_text("x")
    (found,) = beside_findings(beside)
    assert (found.file, found.cell) == (f"fewshot/{name}", None)


@pytest.mark.parametrize(
    "name", ["fewshot_solution.ipynb", "hidden-tests.txt", "Grades.csv", "weights.safetensors"]
)
def test_a_declared_file_may_not_be_called_like_staff_s(beside: Path, name: str) -> None:
    (beside / name).write_text("{}")
    _declare(beside, name)
    (found,) = beside_findings(beside)
    assert "staff" in found.what


def test_declared_files_and_clutter_are_no_finding(beside: Path) -> None:
    (beside / "map.png").write_bytes(b"x")
    (beside / ".ipynb_checkpoints").mkdir()
    (beside / "__pycache__").mkdir()
    _declare(beside, "map.png")
    assert beside_findings(beside) == []


def test_a_finding_reads_as_file_cell_what_remedy() -> None:
    (finding,) = PLANTED["import_of_the_reference"]()
    assert str(finding) == (
        "fewshot.ipynb, cell 3: Staff's modules are named (reference.prototypical). "
        "Students do not have them; say it without them."
    )


def test_scanning_leaves_the_notebook_alone() -> None:
    document = released()
    before = repr(document)
    findings(document)
    assert repr(document) == before


def test_the_wheel_of_the_checkout_holds_no_release_room() -> None:
    name, data = wheel.build(ROOT)
    assert b"autograder/release/" not in data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        said = json.loads(archive.read(f"autograder/checks/{registry.ASKED_IN_GRADING}"))
    assert said == {each: registry.asked_in_grading(each) for each in registry.assignments()}
    assert said["fewshot"]["class_prototypes"] > 0
    assert name == "fewlabels-0.1.0-py3-none-any.whl"
