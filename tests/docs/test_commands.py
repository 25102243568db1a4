"""The commands in the pages exist: subcommands of `autograder` with their options, modules, environments of tox, paths."""

from __future__ import annotations

import importlib.util
import pkgutil
import re
import shlex
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer

from autograder.cli.app import app
from tests.docs import pages

SHELL = ("", "console", "bash", "sh", "shell", "text")
# The history names what was there then.
PAGES = [page for page in pages.pages() if page.name != "CHANGELOG.md" and "changelog.d" not in page.parts]


def commands(text: str) -> list[list[str]]:
    """Return the commands of a page, word by word: from the blocks of a shell, and from inline code."""
    lines = [line for block in pages.blocks(text) if block.language in SHELL for line in _joined(block.text)]
    lines += pages.inline_code(text)
    return [
        words for line in lines for part in re.split(r"\s(?:&&|\|\||\||;)\s", line) if (words := _words(part))
    ]


def _joined(block: str) -> list[str]:
    return re.sub(r"\\\n\s*", " ", block).split("\n")


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line.strip().removeprefix("$ "), comments=True)
    except ValueError:  # no line of a shell: an apostrophe in a text
        return []
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):  # a variable before the command
        words.pop(0)
    return words


def fault(words: list[str]) -> str | None:
    """Say what is wrong with a command; None where it is right, or not one of ours."""
    if words[0] == "autograder":
        return _fault_of_autograder(words[1:])
    if re.fullmatch(r"python3?", words[0]) and words[1:2] == ["-m"] and len(words) > 2:
        if words[2] == "autograder":
            return _fault_of_autograder(words[3:])
        return _fault_of_module(words[2], words[3:])
    if words[0] == "tox" and words[1:2] == ["run"]:
        return _fault_of_tox(words[2:])
    if words[:2] == ["pip", "install"]:
        return _fault_of_extras(words[2:])
    return None


def _fault_of_autograder(words: list[str]) -> str | None:
    command: Any = typer.main.get_command(app)
    context = command.make_context("autograder", [], resilient_parsing=True)
    while hasattr(command, "get_command") and words and not words[0].startswith("-"):
        name, words = words[0], words[1:]
        if name.isupper() or name == "...":
            return None
        found = command.get_command(context, name)
        if found is None:
            return f"there is no command {name}"
        context = found.make_context(name, [], resilient_parsing=True)
        command = context.command  # a lazy one is there only now
    return _fault_of_options(command, words)


def _fault_of_options(command: Any, words: list[str]) -> str | None:
    options = {name: each for each in command.params for name in (*each.opts, *each.secondary_opts)}
    for word, value in zip(words, [*words[1:], ""], strict=False):
        if word == "--":
            return None
        name, _, attached = word.partition("=")
        if not re.match(r"--?[a-z]", word) or name == "--help":
            continue
        if name not in options:
            return f"{command.name} has no option {name}"
        choices = (options[name].metavar or "").split("|")
        given = attached or value
        if len(choices) > 1 and not given.isupper() and not set(given.split("|")) <= set(choices):
            return f"{name} of {command.name} does not know {given}"
    return None


def _fault_of_module(module: str, words: list[str]) -> str | None:
    if module.isupper():
        return None
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        spec = None
    if spec is None:
        return f"there is no module {module}"
    if spec.submodule_search_locations is not None and importlib.util.find_spec(f"{module}.__main__") is None:
        return f"{module} is a package that does not run"
    top = pages.ROOT / module.partition(".")[0]
    if top.is_dir():
        lost = [word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)]
        return next((f"{module} has no option {word}" for word in lost if word not in _quoted(top)), None)
    return None


@cache
def _quoted(room: Path) -> set[str]:
    """Return every option that stands as a text in the programs of a folder; f"--{name}" stands for the words there."""
    texts = [path.read_text(encoding="utf-8") for path in room.rglob("*.py")]
    found = {"--help"}.union(*(re.findall(r"""["'](--[a-z][\w-]*)["'/]""", text) for text in texts))
    if any('f"--{' in text for text in texts):
        found.update(f"--{word}" for text in texts for word in re.findall(r"""["']([a-z]\w*)["']""", text))
    return found


def _fault_of_tox(words: list[str]) -> str | None:
    asked = [value for word, value in pairwise(words) if word == "-e"]
    names = [name for value in asked for name in value.split(",")]
    return next((f"tox.ini has no environment {name}" for name in names if not _is_environment(name)), None)


def _is_environment(name: str) -> bool:
    ini = ConfigParser(interpolation=None)
    ini.read(pages.ROOT / "tox.ini", encoding="utf-8")
    patterns = [section.partition(":")[2] for section in ini.sections() if section.startswith("testenv:")]
    patterns += re.split(r"[\s,]+(?![^{]*\})", ini["tox"]["env_list"])
    return name.isupper() or any(re.fullmatch(_regex(pattern), name) for pattern in patterns if pattern)


def _regex(pattern: str) -> str:
    """py{311,312} names two environments, py31{1-3} three."""

    def alternatives(found: re.Match[str]) -> str:
        parts = [part.strip() for part in found[1].split(",")]
        spans = [re.fullmatch(r"(\d+)-(\d+)", part) for part in parts]
        numbers = [
            range(int(span[1]), int(span[2]) + 1) if span else [part]
            for span, part in zip(spans, parts, strict=True)
        ]
        return "(" + "|".join(str(each) for group in numbers for each in group) + ")"

    return re.sub(r"\{([^}]*)\}", alternatives, pattern.replace(".", r"\."))


def _fault_of_extras(words: list[str]) -> str | None:
    project = tomllib.loads((pages.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for found in filter(None, (re.fullmatch(r"(?:\.|fewlabels\S*)\[([\w,-]+)\]", word) for word in words)):
        for extra in found[1].split(","):
            if extra not in project["optional-dependencies"]:
                return f"there is no extra {extra}"
    return None


@pytest.mark.parametrize("page", PAGES, ids=pages.name_of)
def test_commands_exist_with_their_options(page: Path) -> None:
    asked = commands(page.read_text(encoding="utf-8"))
    assert [(" ".join(words), said) for words in asked if (said := fault(words))] == []


@pytest.mark.parametrize("page", PAGES, ids=pages.name_of)
def test_paths_of_the_repository_exist(page: Path) -> None:
    assert [
        path for path in paths(page.read_text(encoding="utf-8")) if not (pages.ROOT / path).exists()
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=pages.name_of)
def test_names_of_the_packages_exist(page: Path) -> None:
    assert [name for name in names(page.read_text(encoding="utf-8")) if not is_there(name)] == []


def names(text: str) -> list[str]:
    """Return what reads as a dotted name of one of our packages in inline code; autograder.toml is a file."""
    packages = r"(?:autograder|benchmarks|examples|reference)(?:\.[A-Za-z_]\w*)+"
    found = [code for code in pages.inline_code(text) if re.fullmatch(packages, code)]
    return [name for name in found if not re.search(r"\.(?:toml|py|json)$|\.[A-Z_]+$", name)]


def is_there(name: str) -> bool:
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def paths(text: str) -> Iterator[str]:
    """Yield what reads as a path of this repository in inline code; NAME stands for any name, {a,b} for several."""
    rooms = "assignments|autograder|benchmarks|corpus|docs|examples|findings|reference|tests"
    for before, code in pages.inline_code_with_context(text):
        if re.search(r"[\w-]+/[\w.-]+ $", before):  # OWNER/REPOSITORY `its/file.py`
            continue
        found = re.fullmatch(rf"((?:{rooms})(?:/[\w.-]+)*/?)", code)
        if found and not re.search(
            r"(?:^|/)[A-Z_]{2,}(?:\.\w+|/|$)", code.replace("DATA.md", "").replace("README.md", "")
        ):
            yield code


@pytest.mark.parametrize(
    "command",
    [
        "autograder grade fewshot --course DIR --dry-run",
        "autograder data fetch",
        "autograder export fewshot --to moodle",
        "python -m benchmarks.costs.grading",
        "tox run -e tests -- tests/checks -k x",
        'pip install -e ".[staff]" -c constraints.txt',
        "nbgrader collect fewshot --whatever",
        "ls --whatever",
    ],
)
def test_a_right_command_is_left_alone(command: str) -> None:
    assert fault(_words(command)) is None


@pytest.mark.parametrize(
    "command",
    [
        "autograder grad fewshot",
        "autograder grade fewshot --curse DIR",
        "autograder data fetsch",
        "autograder export fewshot --to blackboard",
        "python -m benchmarks.nothing",
        "python -m benchmarks.costs.grading --nothing-of-this-name",
        "tox run -e nothing",
        'pip install -e ".[stuff]"',
    ],
)
def test_a_wrong_command_is_found(command: str) -> None:
    assert fault(_words(command)) is not None


def test_a_name_that_is_not_there_is_found() -> None:
    text = (
        "`autograder.laws.check` `autograder.toml` `reference.NAME` `autograder.laws.chekc` `numpy.nothing`"
    )
    assert [name for name in names(text) if not is_there(name)] == ["autograder.laws.chekc"]


def test_environments_with_alternatives_are_read() -> None:
    assert re.fullmatch(_regex("py{311,312}-{lowest,newest}"), "py312-lowest")
    assert not re.fullmatch(_regex("py31{1-3}"), "py314")


def test_a_path_that_is_not_there_is_found() -> None:
    text = "`autograder/nowhere.py` `tests/mistakes/NAME` `docs` `a/b` `tests/{a,b}` pytorch/functorch `examples/x.py`"
    assert list(paths(text)) == ["autograder/nowhere.py", "docs"]
