"""What a term's version of an assignment has of its own: data, seeds and numbers, chosen by one seed.

`release.toml` lies beside the source notebook and stays with staff:

    files = ["map.png"]              # what students get besides the notebook and DATA.md

    [variants.data]                  # a text of the source, and what a variant has in its place
    "drawers=10, seed=0" = "drawers=10, seed={1..99999}"

    [variants.toy]                   # several texts, chosen together: all first ones, or all second ones ...
    "called 2, 7 and 40" = ["called 3, 8 and 21", "called 5, 9 and 33"]
    "classes=[2, 7, 40]" = ["classes=[3, 8, 21]", "classes=[5, 9, 33]"]

Of a list, the source's own text is one of the choices; {LOW..HIGH} becomes a whole number, both ends included. The source
stays a notebook that runs. The laws, the points and the solutions are the same in every variant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from autograder.course import toml
from autograder.errors import AssignmentError
from autograder.model import Cell, Notebook

FILE = "release.toml"
RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")


@dataclass(frozen=True)
class Recipe:
    """`release.toml`, read: files that go along, and table -> text of the source -> its choices (itself first)."""

    file: str
    files: tuple[str, ...] = ()
    tables: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def pick(self, seed: int | None) -> dict[str, str]:
        """Return text of the source -> text of the variant `seed`; nothing for None, which is the source as it stands."""
        if seed is None:
            return {}
        picked: dict[str, str] = {}
        for table, texts in self.tables.items():
            for text, choices in texts.items():
                chosen = choices[_draw(seed, len(choices), table)]
                picked[text] = RANGE.sub(partial(_number, seed, table, text), chosen)
        return picked


def read(source: Path) -> Recipe:
    """Read the recipe beside a source notebook, an empty one where there is none. Raises AssignmentError."""
    path = source.parent / FILE
    if not path.is_file():
        return Recipe(str(path))
    given = toml.read(path)
    for key in given:
        if key not in ("files", "variants"):
            raise _odd(key, "Known keys are files and variants.", path)
    files = given.get("files", [])
    if not isinstance(files, list) or not all(isinstance(each, str) and _plain(each) for each in files):
        raise _odd("files", "Give a list of names of files that lie beside the notebook.", path)
    return Recipe(str(path), tuple(files), _tables(given.get("variants", {}), path))


def vary(notebook: Notebook, recipe: Recipe, seed: int | None) -> Notebook:
    """Return the `notebook` as variant `seed` of the `recipe` has it; for None as it is.

    Raises AssignmentError where a text of the recipe is nowhere, or where points are.
    """
    if seed is None:
        return notebook
    picked = recipe.pick(seed)
    check(recipe, notebook.cells)
    cells = tuple(replace(cell, source=apply(cell.source, picked)) for cell in notebook.cells)
    return replace(notebook, cells=cells)


def apply(text: str, picked: Mapping[str, str]) -> str:
    """Return `text` with every picked text in its place; what was put in is not looked at again."""
    if not picked:
        return text
    longest_first = sorted(picked, key=lambda each: (-len(each), each))
    return re.sub("|".join(map(re.escape, longest_first)), lambda match: picked[match[0]], text)


def check(recipe: Recipe, cells: Iterable[Cell]) -> None:
    """Raise AssignmentError for a text that the notebook does not have, and for one in a cell that is graded."""
    cells = tuple(cells)
    for text in (text for texts in recipe.tables.values() for text in texts):
        found = [cell for cell in cells if text in cell.source]
        if not found:
            raise AssignmentError(
                f"A variant replaces the text {text!r}, which is nowhere in the notebook.",
                remedy="Write it as the source has it, letter by letter.",
                file=recipe.file,
            )
        for cell in found:
            if cell.grade or cell.solution or cell.task:
                raise AssignmentError(
                    f"A variant replaces the text {text!r} in the cell {cell.grade_id}, which is graded.",
                    remedy="Keep variants out of solutions and checks: the laws are the same in every term. "
                    "Take a longer text that stands elsewhere only.",
                    file=recipe.file,
                    cell=cell.index,
                )


def _tables(given: Any, path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    remedy = (
        'Write a table [variants.NAME] with lines "text" = "text with {1..99}" or "text" = ["other", ...].'
    )
    if not isinstance(given, Mapping) or not all(isinstance(table, Mapping) for table in given.values()):
        raise _odd("variants", remedy, path)
    tables: dict[str, dict[str, tuple[str, ...]]] = {}
    seen: set[str] = set()
    for name, table in given.items():
        texts = {text: _choices(text, choices) for text, choices in table.items()}
        wrong = not all(texts) or None in texts.values() or seen & set(texts)
        lengths = {len(choices) for choices in texts.values() if choices is not None}
        if wrong or len(lengths) > 1:
            raise _odd(
                f"variants.{name}",
                f"{remedy} All lines of a table have as many choices, no text twice.",
                path,
            )
        seen |= set(texts)
        tables[name] = {text: choices for text, choices in texts.items() if choices is not None}
    return tables


def _choices(text: str, given: Any) -> tuple[str, ...] | None:
    if isinstance(given, str):
        return (given,) if _ranges(given) else None
    if isinstance(given, list) and given and all(isinstance(each, str) and each for each in given):
        return (text, *given)
    return None


def _ranges(text: str) -> bool:
    found = RANGE.findall(text)
    return bool(found) and all(int(low) < int(high) for low, high in found)


def _draw(seed: int, among: int, *where: str) -> int:
    """A whole number below `among`; the same one on every machine."""
    digest = hashlib.sha256("\0".join((str(seed), *where)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % among


def _number(seed: int, table: str, text: str, match: re.Match[str]) -> str:
    low, high = int(match[1]), int(match[2])
    return str(low + _draw(seed, high - low + 1, table, text, str(match.start())))


def _plain(name: str) -> bool:
    return bool(name) and Path(name).name == name and not name.startswith(".")


def _odd(key: str, remedy: str, path: Path) -> AssignmentError:
    return AssignmentError(f"The key {key} cannot be read.", remedy=remedy, file=str(path))
