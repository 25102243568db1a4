"""The fingerprints of known mistakes: a release makes them, and the leak scan accounts for every byte of their file."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.course.corpus import read_all
from autograder.laws import registry
from autograder.model import Call
from autograder.nbgrader_bridge import release_directory
from autograder.release import candidate
from autograder.release.candidate import Candidate, Known
from autograder.release.leaks import Fingerprints, Secrets
from autograder.runner import plans
from autograder.runner.naming import aspects, fingerprints, making
from autograder.runner.naming.fingerprints import Prints
from autograder.sandbox import wire
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.transport import Batch

FILE = "tiny.fingerprints.json"
Run = Callable[..., int]


@pytest.fixture(scope="module")
def known(template: Path) -> tuple[Candidate, Known]:
    piece = candidate.of(template, "tiny")
    assert piece.checks
    assert piece.secrets.code
    made = piece.known_mistakes(pytest.fail)
    registry.use(Path(__file__).parents[2])  # the checkout's own checks, for the tests that follow
    return piece, made


def scan(known: tuple[Candidate, Known], data: bytes, secrets: Secrets | None = None) -> list[str]:
    """What the leak scan says of a file of fingerprints."""
    piece, made = known
    proof = Fingerprints("tiny", piece.checks, plans.of_students(), made)
    return [each.what for each in proof.findings({FILE: data}, secrets or piece.secrets)]


def as_file(known: tuple[Candidate, Known], **changes: Any) -> bytes:
    prints = replace(known[1]["centred"].prints, **changes)
    return fingerprints.written("tiny", {"centred": prints})


@pytest.mark.usefixtures("quick")
def test_a_release_holds_them_and_the_manifest_lists_them(course: Path, run: Run) -> None:
    assert run(fingerprints=True) == 0
    files = candidate.published(course / "release" / "tiny")
    manifest = json.loads(files["MANIFEST.json"])
    assert manifest["files"][FILE]["bytes"] == len(files[FILE])
    prints = fingerprints.parsed("tiny", files[FILE])["centred"]
    assert prints.marks
    before = dict(files)
    assert run(fingerprints=True) == 0
    assert candidate.published(course / "release" / "tiny") == before  # the same bytes
    kept = course / ".autograder" / "fingerprints" / "tiny.json"
    assert kept.read_bytes() == files[FILE]
    assert run(fingerprints=False) == 0
    assert FILE not in candidate.published(release_directory(course, "tiny"))
    assert not kept.exists()


def test_they_name_every_mistake_of_the_skeleton_and_no_solution(known: tuple[Candidate, Known]) -> None:
    piece, made = known
    prints = made["centred"].prints
    for kind in ("mistakes", "solutions"):
        for program in read_all(piece.course / "corpus" / "tiny" / kind):
            names: dict[str, Any] = {}
            exec("import torch\n" + program.cells["centred"], names)
            transport = InProcess(names)
            found = prints.says(aspects.cells(prints.calls, transport.answer(Batch(prints.calls))))
            owned = any(program.name in each for each in made["centred"].owners.values())
            assert bool(found) == owned, program.name
            assert kind == "mistakes" or not found


def test_the_scan_passes_what_a_release_makes(known: tuple[Candidate, Known]) -> None:
    assert scan(known, as_file(known)) == []


def test_a_key_more_is_refused(known: tuple[Candidate, Known]) -> None:
    document = json.loads(as_file(known))
    for odd in (
        document | {"right": [[0.5, 0.25]]},
        document | {"program": "def centred(points):\n    return points - points.mean(dim=0)"},
        {**document, "exercises": {"centred": document["exercises"]["centred"] | {"expected": "0.5"}}},
    ):
        data = (json.dumps(odd, sort_keys=True, indent=1) + "\n").encode()
        assert scan(known, data) == ["It holds something else than fingerprints."]


def test_a_right_value_among_the_inputs_is_refused(known: tuple[Candidate, Known]) -> None:
    """What a right program answers, in the place of an input."""
    prints = known[1]["centred"].prints
    right = known[1]["centred"].known.right[0].cells["centred/numbers", 0].numbers
    assert right is not None
    calls = (Call("centred", {"points": right}), *prints.calls[1:])
    assert scan(known, as_file(known, calls=calls)) == [
        "It asks centred something that the public checks do not ask."
    ]


def test_a_digest_of_right_answers_is_refused(known: tuple[Candidate, Known]) -> None:
    made = known[1]["centred"]
    mark = fingerprints.marked(made.known.right[0].cells, ["centred/numbers"], made.prints.calls, "is right")
    (what,) = scan(known, as_file(known, marks=(*made.prints.marks, mark)))
    assert what.startswith("What a right program answers (the source notebook, centred) stands in it")


def test_program_text_in_a_sealed_sentence_is_refused(known: tuple[Candidate, Known]) -> None:
    """Sealed, it is noise to a scan of texts: each mark is opened."""
    made = known[1]["centred"]
    wrong = made.known.mistakes[0]
    solution = "def centred(points):\n    return points - points.mean(dim=0, keepdim=True)"
    mark = fingerprints.marked(wrong.cells, ["centred/numbers"], made.prints.calls, solution)
    assert scan(known, as_file(known, marks=(mark,))) == [
        "A sealed text of centred is no sentence of a known mistake."
    ]


def test_what_opens_for_no_known_mistake_is_refused(known: tuple[Candidate, Known]) -> None:
    made = known[1]["centred"]
    mark = replace(made.prints.marks[0], sealed=b"def centred" + bytes(117), tag=bytes(16))
    assert scan(known, as_file(known, marks=(mark,))) == [
        "A sealed text of centred is no sentence of a known mistake."
    ]


def test_a_sentence_that_is_code_is_refused(known: tuple[Candidate, Known]) -> None:
    """A mistake whose docstring holds the solution: its sentence is scanned like every text of a release."""
    piece, made = known
    code = "hidden import: from autograder.hidden.tiny import centred"
    centred = made["centred"]
    asked = [replace(each, program=replace(each.program, says=code)) for each in centred.known.mistakes]
    whole = replace(centred.known, mistakes=tuple(asked))
    mark = fingerprints.marked(asked[0].cells, ["centred/numbers"], centred.prints.calls, code)
    proof = (piece, {"centred": replace(centred, known=whole)})
    (what,) = scan(proof, as_file(known, marks=(mark,)))
    assert "Staff's modules are named" in what


def test_a_file_without_its_proof_is_refused(known: tuple[Candidate, Known]) -> None:
    (what,) = scan((known[0], {}), as_file(known))
    assert what == "It asks centred something that the public checks do not ask."


@pytest.mark.usefixtures("quick")
def test_a_leak_stops_the_release(
    course: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = fingerprints.written

    def leaking(name: str, prints: Mapping[str, Prints]) -> bytes:
        return written(name, prints).replace(
            b'"schema": 1', b'"right": "points - points.mean(dim=0)",\n "schema": 1'
        )

    monkeypatch.setattr("autograder.cli.release._fingerprints", lambda piece, known: {FILE: leaking("tiny", making.prints(known))})  # fmt: skip
    assert run(fingerprints=True) == 1
    assert "It holds something else than fingerprints." in capsys.readouterr().err
    assert not (course / "release" / "tiny").exists()


def test_the_inputs_are_those_of_public_checks(known: tuple[Candidate, Known]) -> None:
    document = json.loads(as_file(known))["exercises"]["centred"]["calls"]
    calls = wire.decode(base64.b64decode(document["structure"]), base64.b64decode(document["payload"]))
    public = [each for each in known[0].checks if each.visibility == "public"]
    assert {str(each) for each in calls} <= {
        str(each) for each in making.calls_of(public, plans.of_students())
    }
