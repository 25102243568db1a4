"""Every link of every page leads somewhere: to a file of the repository, and to a heading in it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from docs._generate import completed, contents
from tests.docs import pages

DOCS = pages.ROOT / "docs"


def broken(text: str, folder: Path, generated: dict[Path, str] | None = None) -> list[str]:
    """Return the links of a page in `folder` that lead nowhere. generated: pages that only the site has."""
    return [link for link in pages.links(text) if not _leads_somewhere(link, text, folder, generated or {})]


def _leads_somewhere(link: str, text: str, folder: Path, generated: dict[Path, str]) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme in ("https", "http", "mailto") and bool(parts.netloc or parts.path)
    target = Path(os.path.normpath(folder / unquote(parts.path))) if parts.path else None
    if target is None:
        there = text
    elif target in generated:
        there = generated[target]
    elif target.is_relative_to(pages.ROOT) and target.exists():
        there = target.read_text(encoding="utf-8") if parts.fragment else ""
    else:
        return False
    return not parts.fragment or parts.fragment in pages.anchors(there)


@pytest.mark.parametrize("page", pages.pages(), ids=pages.name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert broken(page.read_text(encoding="utf-8"), page.parent) == []


def test_every_link_of_a_generated_page_leads_somewhere() -> None:
    from docs._generate import methods

    generated = {DOCS / "methods" / f"{name}.md": text for name, text in methods.pages().items()}
    for path, text in generated.items():
        assert broken(text, path.parent, generated) == []
        assert completed(f"methods/{path.stem}", text) == text
    for name in ("methods", "laws"):
        page = completed(name, (DOCS / f"{name}.md").read_text(encoding="utf-8"))
        assert broken(page, DOCS, generated) == []


def test_pages_that_leave_the_folder_of_the_site_are_led_to_what_it_has() -> None:
    """../SECURITY.md is a page of the site; a file of the code is not, and is named instead."""
    page = completed(
        "threat-model", "[how](../SECURITY.md), [the code](../tox.ini), [a part](performance.md#measured)"
    )
    assert page == "[how](security.md), the code (`tox.ini`), [a part](performance.md#measured)"
    assert "](threat-model.md)" in completed("security", (DOCS / "security.md").read_text(encoding="utf-8"))


def test_every_page_of_docs_stands_in_the_contents() -> None:
    entries = contents((DOCS / "index.md").read_text(encoding="utf-8")).split()
    written = {path.stem for path in DOCS.glob("*.md")}
    assert written - set(entries) == {"index"}


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("[a](nowhere.md)", ["nowhere.md"]),
        ("[a](index.md#students)", []),
        ("[a](index.md#nobody)", ["index.md#nobody"]),
        ("# One\n# One\n[a](#one-1) [b](#one-2)", ["#one-2"]),
        ("![a](pictures/none.png)", ["pictures/none.png"]),
        ('<img src="pictures/none.png">', ["pictures/none.png"]),
        ("[a](../../outside.md)", ["../../outside.md"]),
        ("`[no](link.md)`", []),
        ("[out](https://example.org/x#y)", []),
    ],
)
def test_a_broken_link_is_found_and_a_right_one_is_not(text: str, lost: list[str]) -> None:
    assert broken(text, DOCS) == lost
