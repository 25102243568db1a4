"""Pages and fragments, looked at by axe-core in a real browser, in light and in dark, at the width of a phone and of a desk."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from importlib.resources import files
from pathlib import Path

import pytest

from autograder.feedback.class_page import class_page
from autograder.feedback.html import exercise_fragment, student_page
from autograder.model import Score
from autograder.report.writing import report
from tests.report.classes import made_up_class, write_class

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
)
OPTIONS += " --disable-component-update --disable-sync --virtual-time-budget=60000 --dump-dom"
LOOK = """
<script>%s</script>
<script>
axe.run(document, {runOnly: %s}).then(found => parent.postMessage({
  name: %s,
  overflows: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  found: found.violations.map(one => one.id + ": " + one.nodes.map(node => node.html.slice(0, 160)).join(" | "))
}, "*"));
</script>
"""
GATHER = """<!DOCTYPE html><title>all</title><pre id="out"></pre><script>
const all = {};
addEventListener("message", event => {
  if (event.data.name === undefined) return;
  all[event.data.name] = event.data;
  document.getElementById("out").textContent = JSON.stringify(all);
});
</script>%s"""


def dark(page: str) -> str:
    assert "prefers-color-scheme: dark" in page
    return page.replace("@media (prefers-color-scheme: dark)", "@media all")


def everything_open(page: str) -> str:
    return page.replace("<details", "<details open")


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """name -> what axe found; all pages in one browser."""
    from tests.feedback.conftest import SCORES

    scores = {name: make() for name, make in SCORES.items()}
    folder = tmp_path_factory.mktemp("pages")
    pages = _pages(list(scores.values()), scores, folder)
    axe = (
        (files("axe_playwright_python") / "axe.min.js")
        .read_text(encoding="utf-8")
        .replace("</script", "<\\/script")
    )
    frames = ""
    for name, (page, width) in pages.items():
        look = LOOK % (axe, json.dumps(RULES), json.dumps(name))
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", everything_open(page))
        text = text.replace("</body>", look + "</body>")
        frames += f'<iframe title="{name}" width="{width}" height="900" srcdoc="{escape(text)}"></iframe>'
    return _browse(GATHER % frames, folder)


def _pages(every: list[Score], scores: dict[str, Score], folder: Path) -> dict[str, tuple[str, int]]:
    write_class(folder, made_up_class(12))
    _, index = report(folder, "made_up")
    student = student_page(scores["hidden"])
    fragment = exercise_fragment(scores["hidden"].exercises[2], standalone=True)
    return {
        "student": (student, 900),
        "student on a phone, dark": (dark(student), 390),
        "picture of points": (student_page(scores["uneven"]), 900),
        "staff, a fault": (dark(student_page(scores["grader_fault"], audience="staff")), 900),
        "fragment": (fragment, 800),
        "fragment, dark": (dark(fragment), 390),
        "class": (class_page(every, "fewshot", {}), 1200),
        "report": (index.read_text(encoding="utf-8"), 1200),
        "report on a phone, dark": (dark(index.read_text(encoding="utf-8")), 390),
        "behind": ((index.parent / "behind" / "points.html").read_text(encoding="utf-8"), 390),
    }


def _browse(page: str, folder: Path) -> dict[str, dict[str, object]]:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert browser is not None, "this test needs Chromium: apt-get install chromium"
    path = folder / "all.html"
    path.write_text(page, encoding="utf-8")
    command = [browser, *OPTIONS.split(), f"--user-data-dir={folder / 'profile'}", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None
    looked: dict[str, dict[str, object]] = json.loads(unescape(found[1]))
    return looked


def test_axe_finds_nothing(looked: dict[str, dict[str, object]]) -> None:
    assert len(looked) == 10
    assert {name: one["found"] for name, one in looked.items() if one["found"]} == {}


def test_no_page_is_wider_than_its_window(looked: dict[str, dict[str, object]]) -> None:
    assert [name for name, one in looked.items() if one["overflows"]] == []
