"""What a contributor writes beside the code is in the form that the tools read."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from autograder import __version__

ROOT = Path(__file__).parents[2]
TOWNCRIER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
TYPES = [each["directory"] for each in TOWNCRIER["type"]]
FRAGMENT = re.compile(rf"(\d+|\+[a-z0-9-]+)\.({'|'.join(TYPES)})(\.\d+)?\.md")


def trouble(name: str, text: str) -> str | None:
    """Return what is wrong with a news fragment, or None."""
    if FRAGMENT.fullmatch(name) is None:
        return f"{name} is no name of a fragment; changelog.d/README.md says the form"
    if not re.search(r"[.)`]\s*$", text) or text.lstrip().startswith(("-", "*", "#")):
        return f"{name}: sentences, with a full stop, without a bullet or a heading"
    return None


def test_every_news_fragment_has_a_valid_name_and_says_something() -> None:
    paths = [
        path for path in (ROOT / TOWNCRIER["directory"]).iterdir() if path.name not in TOWNCRIER["ignore"]
    ]
    assert [said for path in paths if (said := trouble(path.name, path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize("name", ["13.added.md", "+colab.fixed.md", "13.points.2.md"])
def test_these_are_names(name: str) -> None:
    assert trouble(name, "It is so.") is None


@pytest.mark.parametrize("name", ["13.md", "13.feature.md", "colab.fixed.md", "13.added.txt", "13.added.md~"])
def test_these_are_none(name: str) -> None:
    assert "no name" in str(trouble(name, "It is so."))


@pytest.mark.parametrize("text", ["", "\n", "- It is so.", "## Added\nIt is so.", "It is so"])
def test_a_fragment_without_a_sentence_is_told(text: str) -> None:
    assert "full stop" in str(trouble("13.added.md", text))


def test_the_readme_of_the_fragments_names_every_type() -> None:
    text = (ROOT / TOWNCRIER["directory"] / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == TYPES


def test_new_versions_have_one_place_in_the_changelog() -> None:
    assert (ROOT / TOWNCRIER["filename"]).read_text(encoding="utf-8").count(TOWNCRIER["start_string"]) == 1


def test_the_workflow_asks_for_environments_that_tox_has() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"].values()
    matrices = [job["strategy"]["matrix"] for job in jobs if "strategy" in job]
    asked = {name for matrix in matrices for name in matrix.get("environment", [])}
    asked |= {entry["environment"] for matrix in matrices for entry in matrix.get("include", [])}
    assert {"py312", "py313", "lowest", "newest", "colab", "campaign"} <= asked
    commands = commands_of(sorted(asked))
    assert [name for name in sorted(asked) if not commands[name]] == []


def commands_of(environments: list[str]) -> dict[str, list[str]]:
    """Return what tox runs in each environment, a line each; none where it does not know the environment."""
    shown = [sys.executable, "-m", "tox", "config", "-e", ",".join(environments), "-k", "commands"]
    done = subprocess.run(shown, cwd=ROOT, capture_output=True, text=True)
    found: dict[str, list[str]] = {name: [] for name in environments}
    for section in done.stdout.split("[testenv:")[1:]:
        name, _, rest = section.partition("]")
        _, _, commands = rest.partition("commands =")
        found[name] = [line for line in commands.splitlines() if line.strip()]
    return found


def test_who_cites_us_cites_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
