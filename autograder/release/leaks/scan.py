"""The leak scan: what of the staff's would leave with a release. On by default; one finding is enough to stop it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.release.leaks import markers, texts, trees
from autograder.release.leaks.secrets import Secrets
from autograder.release.leaks.texts import Piece

STAFF_MODULES = ("autograder.hidden", "reference", "tests")
IMPORTS = re.compile(
    r"^\s*(?:>>> ?)?(?:from|import)\s+(?:reference|autograder\.hidden|tests\.(?:solutions|mistakes))\b"
    r"|from\s+autograder\s+import\s+hidden\b|\bautograder\.hidden\b"
    r"|(?:import_module|__import__|find_spec|run_module)\(\s*[\"'](?:reference|autograder\.hidden)\b"
    r"|\b(?:tests/)?(?:solutions|mistakes|hidden|reference)/\w+(?:/\w+)*\.py\b",
    re.MULTILINE,
)
LOADERS = ("import_module", "__import__", "run_module")
STAFF_WORDS = re.compile(
    r"(?i)(?<![a-z])(solutions?|mistakes?|hidden|reference|gradebook|grades?|mark_?scheme|answers?|staff)(?![a-z])"
)
STAFF_SUFFIXES = (
    ".db",
    ".sqlite",
    ".sqlite3",
    ".ipynb",
    ".safetensors",
    ".pt",
    ".pth",
    ".pkl",
    ".bak",
    ".orig",
)
STAFF_FOLDERS = {
    "hidden",
    "reference",
    "tests",
    "assignments",
    "corpus",
    "solutions",
    "mistakes",
    "submitted",
    "release",
}
MARKER = "A marker is left"
DEPTH = 4  # a string in a string in a string
SHORT = 12  # characters of which no secret is made


@dataclass(frozen=True, order=True)
class Finding:
    """One leak: in which file and cell, what it is, and what to do about it."""

    file: str
    cell: int | None
    what: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.cell is None else f"{self.file}, cell {self.cell}"
        return f"{place}: {self.what} {self.remedy}"


def scan(files: Mapping[str, bytes], secrets: Secrets) -> list[Finding]:
    """Return every leak in these files (name -> bytes), each told once, by file and cell."""
    found = [finding for name, data in files.items() for finding in in_file(name, data, secrets)]
    order = {name: index for index, name in enumerate(files)}
    return sorted(
        dict.fromkeys(found), key=lambda each: (order.get(each.file, len(order)), each.file, each.cell or 0)
    )


def in_file(name: str, data: bytes, secrets: Secrets) -> Iterator[Finding]:
    """Yield the leaks in one file, given by `name` and bytes (`data`): markers, and what is among the `secrets`."""
    for piece in texts.pieces(name, data):
        yield from _in_piece(piece, secrets)


def _in_piece(piece: Piece, secrets: Secrets) -> Iterator[Finding]:
    if piece.where == "as a file's name":
        yield from _file_name(piece)
        return
    if piece.kind == "output" and piece.where == "in an output":
        yield _finding(
            piece, "An output is stored.", "Release it with `autograder release`: outputs are stripped."
        )
    if not piece.packaged:
        yield from _marks(piece)
    told: set[str] = set()
    for text, module, where in _unfolded(piece):
        if text is piece.text:
            yield from _imports(piece, module)
        statements = trees.statements_of_text(text, module)
        for secret in secrets.in_code(statements):
            if secret.where not in told:
                told.add(secret.where)
                what = f"The code of a {secret.kind} ({secret.where}) stands {where}."
                yield _finding(piece, what, "Take it out; names, order and layout do not hide it.")
        for answer in secrets.in_prose(text):
            if answer.where not in told:
                told.add(answer.where)
                what = f"Text of a written answer or marking scheme ({answer.where}) stands {where}."
                yield _finding(piece, what, "Take it out.")


def _unfolded(piece: Piece) -> Iterator[tuple[str, ast.Module | None, str]]:
    """The piece's text and all texts in it: as a program, where it is one, and with the words for where it stands."""
    waiting = [(piece.text, piece.where or "here", 0)]
    seen: set[str] = set()
    while waiting:
        text, where, depth = waiting.pop()
        if len(text) < SHORT or text in seen:
            continue
        seen.add(text)
        module = trees.parsed(text)
        yield text, module, where
        if depth == DEPTH:
            continue
        inner = [(each, "packed in a text", depth + 1) for each in texts.hidden_in(text)]
        if module is not None:
            inner += [(each, "in a string", depth + 1) for each in trees.strings(module)]
        if "#" in text:
            inner.append((trees.comments(text), "in comments", depth + 1))
        waiting.extend(inner)


def _marks(piece: Piece) -> Iterator[Finding]:
    for line in markers.left(piece.text):
        yield _finding(
            piece,
            f"{MARKER}: {line!r}.",
            "Spell it as nbgrader does, ### BEGIN SOLUTION, HIDDEN TESTS or MARK SCHEME, with its END.",
        )


def _imports(piece: Piece, module: ast.Module | None) -> Iterator[Finding]:
    named = _imported(module) if module is not None and piece.kind == "code" else None
    if piece.packaged or named is not None:
        names = sorted(name for name in named or () if any(_is_or_in(name, staff) for staff in STAFF_MODULES))
        if piece.packaged and "tests" in names:
            names.remove("tests")
        if names:
            yield _import(piece, ", ".join(names))
            return
    elif not piece.packaged and (match := IMPORTS.search(piece.text)):
        yield _import(piece, match[0].strip())


def _import(piece: Piece, what: str) -> Finding:
    return _finding(
        piece, f"Staff's modules are named ({what}).", "Students do not have them; say it without them."
    )


def _imported(module: ast.Module) -> set[str]:
    """The modules that a program imports, also by name."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in LOADERS and isinstance(node.args[0].value, str):
                names.add(node.args[0].value)
    return names


def _is_or_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _file_name(piece: Piece) -> Iterator[Finding]:
    """What lies in a wheel or archive that no student gets."""
    if staff_file(piece.text, in_archive=True):
        yield Finding(
            piece.file,
            None,
            f"A file of the staff's is packed: {piece.text}.",
            "Take it out; pyproject.toml says what the wheel is made of.",
        )


def staff_file(name: str, *, in_archive: bool = False) -> bool:
    """Ask whether a file's name says that it is staff's."""
    parts = name.split("/")
    if in_archive:
        odd_place = parts[0] != "autograder" and not parts[0].endswith(".dist-info")
        inner = set(parts[:-1]) & STAFF_FOLDERS
        return odd_place or bool(inner) or name.endswith(STAFF_SUFFIXES)
    return bool(STAFF_WORDS.search(parts[-1].replace("-", " ").replace("_", " "))) or name.endswith(
        tuple(suffix for suffix in STAFF_SUFFIXES if suffix != ".ipynb")
    )


def _finding(piece: Piece, what: str, remedy: str) -> Finding:
    return Finding(piece.file, piece.cell, what, remedy)
