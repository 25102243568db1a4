"""The table of contents names every file, and every file it names has the common shape."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import reference
from reference import METHODS, Method

ROOM = Path(reference.__file__).parent
GOLDEN = Path(__file__).parents[1] / "golden"
# No peer to agree with: a second derivation stands in their own tests.
NO_PEER = {"ladder.py", "pseudo_label.py", "exemplar.py", "episodes.py"}
SHARED = {"augmentations.py", "image_operations.py"}  # serve several methods, are none


def test_every_file_is_in_the_table_once() -> None:
    files = [method.file for method in METHODS]
    present = {path.name for path in ROOM.glob("[!_]*.py")}
    assert sorted(files) == sorted(present - SHARED)


def test_names_are_unique() -> None:
    assert len({method.name for method in METHODS}) == len(METHODS)


@pytest.mark.parametrize("file", sorted({method.file for method in METHODS} - NO_PEER))
def test_a_peer_was_asked_with_at_least_two_inputs(file: str) -> None:
    cases = json.loads((GOLDEN / file).with_suffix(".json").read_text())["cases"]
    assert len({json.dumps(case["inputs"]) for case in cases}) >= 2
    name = Path(file).stem
    tests = [path.read_text() for path in Path(__file__).parent.glob("test_golden_*.py")]
    assert any(f'read("{name}")' in text for text in tests)  # and somebody compares


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.file)
def test_every_file_opens_with_citation_symbols_and_departures(method: Method) -> None:
    documentation = ast.get_docstring(ast.parse((ROOM / method.file).read_text(encoding="utf-8")))
    assert documentation is not None
    for author in re.findall(r"([A-Z]\w+)(?= & | \d)", method.paper):
        assert author in documentation.partition("| mathematics")[0]
    title, _, rest = documentation.partition("| mathematics")
    assert "arXiv:" in title or re.search(r"\(\d{4}\)", title)
    assert "**Departures.**" in rest


def test_the_examples_of_every_file_run() -> None:
    with_examples = {path.stem for path in ROOM.glob("*.py") if ">>> " in path.read_text(encoding="utf-8")}
    on_pages = {Path(method.file).stem for method in METHODS}  # run by tests/docs/test_method_pages.py
    texts = (path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    alone = {name for text in texts for name in re.findall(r"doctest\.testmod\((\w+)\)", text)}
    assert with_examples - on_pages - alone == set()


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_only_pytorch_and_numpy_are_imported(path: Path) -> None:
    allowed = {
        "torch",
        "numpy",
        "reference",
        "__future__",
        "collections",
        "contextlib",
        "copy",
        "dataclasses",
    }
    allowed |= {"functools", "itertools", "math", "numbers", "re", "typing"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module is not None
            assert node.module.partition(".")[0] in allowed
