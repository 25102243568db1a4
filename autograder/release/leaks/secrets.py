"""What must not leave the staff's side: solutions of the source notebook and of the corpus, staff's laws, reference/."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from autograder.course import corpus
from autograder.course.folders import StaffFiles
from autograder.errors import CourseError
from autograder.release.leaks import trees
from autograder.release.leaks.trees import Statement

# what nbgrader takes out, by its own reading: a line that has the words in it
REGION = re.compile(r"^[^\n]*BEGIN SOLUTION[^\n]*\n(.*?)^[^\n]*END SOLUTION", re.DOTALL | re.MULTILINE)
HIDDEN = re.compile(
    r"^[^\n]*BEGIN (?:HIDDEN TESTS|MARK SCHEME)[^\n]*\n(.*?)^[^\n]*END (?:HIDDEN TESTS|MARK SCHEME)",
    re.DOTALL | re.MULTILINE,
)
WORD = re.compile(r"\w+")

TINY = 4  # statements of fewer parts (`losses = []`), or of bare names alone, are everybody's
LEAST_SIZE, LEAST_NAMES = 10, 3  # a secret is larger than boilerplate, and speaks of something
SHINGLE = 6  # words in a row that two texts do not share by chance
Kind = Literal["solution", "reference", "staff check"]
SHARE: Mapping[Kind, float] = {"solution": 0.6, "reference": 0.75, "staff check": 0.75}


@dataclass(frozen=True)
class Secret:
    """Code that nobody but staff may see. `where`: the file that holds it, and the function in it."""

    where: str
    kind: Kind
    statements: tuple[Statement, ...]

    @cached_property
    def counted(self) -> Counter[str]:
        return Counter(each.tree for each in self.statements)

    @cached_property
    def sizes(self) -> dict[str, int]:
        return {each.tree: each.size for each in self.statements}

    @cached_property
    def size(self) -> int:
        return sum(each.size for each in self.statements)


@dataclass(frozen=True)
class Answer:
    """A written answer, or a scheme of marks: runs of words in it."""

    where: str
    shingles: frozenset[tuple[str, ...]]


class Secrets:
    """All secrets of an assignment, looked up by their statements."""

    def __init__(self, code: Iterable[Secret], answers: Iterable[Answer] = ()) -> None:
        self.code = tuple(code)
        self.answers = tuple(answers)
        self._by_tree: dict[str, list[Secret]] = defaultdict(list)
        for secret in self.code:
            for tree in secret.counted:
                self._by_tree[tree].append(secret)

    def in_code(self, statements: Sequence[Statement]) -> list[Secret]:
        """Return the secrets of which enough stands together somewhere in `statements`, whatever comes between and first."""
        places: dict[int, list[tuple[int, str]]] = defaultdict(list)
        known: dict[int, Secret] = {}
        for index, each in enumerate(statements):
            for secret in self._by_tree.get(each.tree, ()):
                places[id(secret)].append((index, each.tree))
                known[id(secret)] = secret
        return [known[key] for key, found in places.items() if _enough(known[key], found)]

    def in_prose(self, text: str) -> list[Answer]:
        """Return the answers of which a text holds a sixth, or two sentences."""
        shingles = _shingles(text)
        return [
            answer
            for answer in self.answers
            if len(answer.shingles & shingles) >= min(12, max(3, len(answer.shingles) / 6))
        ]


def collect(document: Mapping[str, Any], source: Path, places: StaffFiles) -> Secrets:
    """Collect the secrets of an assignment.

    document   its source notebook as JSON
    source     where that lies
    places     staff's files around it: checks, programs, reference/
    """
    code = [*_of_notebook(document, source), *_of_corpus(places)]
    code += [each for path in places.hidden for each in _of_module(path, "staff check")]
    code += [each for path in places.reference for each in _of_module(path, "reference")]
    return Secrets([each for each in code if _telling(each)], _answers(document, source))


def _of_notebook(document: Mapping[str, Any], source: Path) -> Iterator[Secret]:
    for cell in document["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] != "code":
            continue
        text = "".join(cell["source"])
        regions = [*REGION.findall(text), *HIDDEN.findall(text)]
        if marks.get("solution") and not regions:
            regions = [text]
        where = f"{source.name}, cell {marks.get('grade_id', '')}"
        parts = [_made(where, "solution", trees.statements_of_text(region)) for region in regions]
        yield from parts
        if len(parts) > 1:
            yield Secret(where, "solution", tuple(each for part in parts for each in part.statements))


def _of_corpus(places: StaffFiles) -> Iterator[Secret]:
    for path in places.solutions:
        try:
            cells = corpus.read(path).cells
        except CourseError:
            continue  # the corpus's own tests say so
        for text in cells.values():
            yield from _functions(text, path.name, "solution")


def _of_module(path: Path, kind: Kind) -> Iterator[Secret]:
    return _functions(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}", kind)


def _functions(text: str, where: str, kind: Kind) -> Iterator[Secret]:
    module = trees.parsed(text)
    for node in ast.walk(module) if module is not None else ():
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield _made(f"{where}, {node.name}", kind, trees.statements([node]))


def _made(where: str, kind: Kind, statements: Iterable[Statement]) -> Secret:
    return Secret(where, kind, tuple(each for each in statements if each.size >= TINY and each.names))


def _telling(secret: Secret) -> bool:
    names = {name for each in secret.statements for name in each.names}
    return secret.size >= LEAST_SIZE and len(names) >= LEAST_NAMES


def _enough(secret: Secret, found: Sequence[tuple[int, str]]) -> bool:
    """Whether some window, twice as long as the secret, holds its kind's share of it."""
    reach = 2 * len(secret.statements) + 4
    for first, (start, _) in enumerate(found):
        window = Counter(tree for index, tree in found[first:] if index < start + reach)
        size = sum(min(count, secret.counted[tree]) * secret.sizes[tree] for tree, count in window.items())
        if size >= SHARE[secret.kind] * secret.size:
            return True
    return False


def _answers(document: Mapping[str, Any], source: Path) -> Iterator[Answer]:
    for cell in document["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            regions = [*REGION.findall(text), *HIDDEN.findall(text)]
            for region in regions or ([text] if marks.get("solution") and marks.get("grade") else []):
                shingles = _shingles(region)
                if len(shingles) > SHINGLE:
                    yield Answer(f"{source.name}, cell {marks.get('grade_id', '')}", shingles)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = [word.lower() for word in WORD.findall(text)]
    return frozenset(zip(*(words[shift:] for shift in range(SHINGLE)), strict=False))
