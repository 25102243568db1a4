"""The built site: nothing is loaded from elsewhere, and no page is wider than a phone. `tox run -e docs` builds it first."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SITE = os.environ.get("FEWLABELS_SITE", "")
pytestmark = pytest.mark.skipif(not SITE, reason="`tox run -e docs` builds the site and looks at it")


def files(ending: str) -> list[Path]:
    return sorted(Path(SITE).rglob(f"*.{ending}"))


def test_there_is_a_page_for_every_method_and_for_the_laws() -> None:
    names = {path.relative_to(SITE).as_posix() for path in files("html")}
    assert {"index.html", "laws.html", "methods/lora.html", "running-a-course.html"} <= names
    assert len([name for name in names if name.startswith("methods/")]) == 28


def test_no_page_and_no_style_loads_anything_from_elsewhere() -> None:
    loads = re.compile(
        r"""<(?:script|img|iframe|source)[^>]*\bsrc=["']?(?:https?:)?//|<link[^>]*\bhref=["']?(?:https?:)?//"""
    )
    styles = re.compile(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""")
    assert [str(path) for path in files("html") if loads.search(path.read_text(encoding="utf-8"))] == []
    assert [str(path) for path in files("css") if styles.search(path.read_text(encoding="utf-8"))] == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert program is not None, "this test needs Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_asks_the_network_and_none_is_wider_than_the_window(browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    wide = []
    for path in files("html"):
        page.goto(path.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path.name)
    assert wide == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
