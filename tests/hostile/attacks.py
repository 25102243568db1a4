"""The attack corpus as files: FAMILY/NAME.py, in percent format, each with a docstring of two lines or three.

    \"\"\"Opens the grade book by its path.
    Must: try -> FileNotFoundError, PermissionError
    Layer: bubblewrap, landlock
    \"\"\"

The first line says what the attack tries. `Must:` says what has to happen, clause by clause, parted by semicolons:

    try -> A, B              every cell `# %% try` ends with one of these exceptions; TimedOut and Crashed are two of them,
                             `done` stands for a cell that ends well (and has gained nothing)
    EXERCISE/CHECK -> A, B   the check's verdict is one of these
    says -> text             the result file, or an output of a cell, holds this text
    hides -> text            neither the result file nor an output of a cell holds this text
    ungraded -> text         the submission gets no score, and the result file says why
    gain -> EXERCISE/CHECK   what the threat model lets a lying worker win: these laws, and nothing else
    score -> same            not even less than without the attack

`Layer:` names the layers each of which stops the attack alone (test_layers.py shows it with and without them).

`Beyond:` names the profiles that do not hold it, which docs/threat-model.md explains.

Cells: `# %% before` runs before the tries, `# %% EXERCISE` replaces the solution of that exercise. Every cell finds in `WORLD`
what no student could know: the paths, ports and process numbers of this grader. Attacks on the notebook file itself define a
function `notebook(document)` instead, which edits the half-right student's notebook, or returns the bytes of a file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hostile import course

HERE = Path(__file__).parent
FAMILIES = ("reading", "writing", "network", "processes", "resources", "time", "forging", "notebooks")
CELL = re.compile(r"^# %% *(\S+).*$", re.MULTILINE)
CLAUSE = re.compile(r"(try|says|hides|ungraded|gain|score|\w+/\w+) -> (.+)")


@dataclass(frozen=True)
class Attack:
    name: str  # FAMILY/NAME
    tries: str
    must: tuple[tuple[str, str], ...]
    layers: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]  # kind or exercise, source
    beyond: tuple[str, ...] = ()
    edit: str = ""  # Python that defines `notebook`

    def clause(self, key: str) -> tuple[str, ...]:
        """What a clause lists; empty where there is none."""
        return tuple(part.strip() for kind, text in self.must if kind == key for part in text.split(","))

    @property
    def told(self) -> tuple[str, ...]:
        """The texts that the result, or an output, has to hold."""
        return tuple(text for kind, text in self.must if kind in ("says", "ungraded"))

    @property
    def hidden(self) -> tuple[str, ...]:
        """The texts that neither the result nor an output may hold."""
        return tuple(text for kind, text in self.must if kind == "hides")

    def made(self, world: dict[str, Any]) -> dict[str, Any] | bytes:
        """The notebook that is handed in."""
        if self.edit:
            return _edited(self.edit, self.name)
        return course.attacked([source for _, source in self.inserted(world)], self.solutions)

    def inserted(self, world: dict[str, Any]) -> list[tuple[str, str]]:
        """The cells that stand before the first exercise, the one that defines WORLD first."""
        own = [(kind, source) for kind, source in self.cells if kind in ("before", "try")]
        return [("before", f"WORLD = {world!r}"), *own]

    @property
    def solutions(self) -> dict[str, str]:
        return {kind: source for kind, source in self.cells if kind not in ("before", "try")}


def read(path: Path) -> Attack:
    """Raises ValueError for a file that does not say what it tries and what must happen."""
    text = path.read_text(encoding="utf-8")
    head = CELL.split(text)[0]
    lines = (ast.get_docstring(ast.parse(head)) or "").splitlines()
    name = f"{path.parent.name}/{path.stem}"
    if len(lines) < 2 or not lines[1].startswith("Must: "):
        raise ValueError(f"{name}: the docstring says what is tried, and on its second line `Must: ...`")
    must = []
    for clause in lines[1].removeprefix("Must: ").split("; "):
        parts = CLAUSE.fullmatch(clause)
        if parts is None:
            raise ValueError(f"{name}: {clause!r} is no clause")
        must.append((parts[1], parts[2]))
    parts_ = CELL.split(text)
    cells = tuple(zip(parts_[1::2], (part.strip() + "\n" for part in parts_[2::2]), strict=True))
    return Attack(
        name,
        lines[0],
        tuple(must),
        _listed(lines, "Layer: "),
        cells,
        _listed(lines, "Beyond: "),
        "" if cells else text,
    )


def _listed(lines: list[str], key: str) -> tuple[str, ...]:
    found = [line.removeprefix(key) for line in lines[2:] if line.startswith(key)]
    return tuple(part.strip() for line in found for part in line.split(","))


def corpus() -> list[Attack]:
    """Every attack, by family."""
    return [read(path) for family in FAMILIES for path in sorted((HERE / family).glob("*.py"))]


def _edited(source: str, name: str) -> dict[str, Any] | bytes:
    namespace: dict[str, Any] = {"course": course}
    exec(compile(source, name, "exec"), namespace)
    edit: Callable[[dict[str, Any]], Any] = namespace["notebook"]
    document = course.document()
    made = edit(document)
    return document if made is None else made
