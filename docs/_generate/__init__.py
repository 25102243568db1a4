"""The pages that are made from the code: one for each method, and the reference of `autograder.laws`.

Sphinx loads it as an extension. The pages that are written by hand (docs/*.md) are read as they are; two of them get what
is generated appended, and the contents of the site are the links of docs/index.md, reader by reader.
"""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1]
# A page that is a file of the repository: all that it says itself is which.
_SHOWN = re.compile(r"This page is \[[^\]]+\]\((\.\./[\w./-]+)\)\.")
_LINK = re.compile(r"\]\(([\w./-]+)\.md\)")


def setup(app: Any) -> dict[str, bool]:
    app.connect("builder-inited", _write_methods)
    app.connect("source-read", _complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write_methods(app: Any) -> None:
    """Write docs/methods/NAME.md, which git ignores, and remove those of methods that are gone."""
    from docs._generate import methods

    folder = Path(app.srcdir) / "methods"
    folder.mkdir(exist_ok=True)
    pages = methods.pages()
    for path in folder.glob("*.md"):
        if path.stem not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _complete(app: Any, page: str, source: list[str]) -> None:
    source[0] = completed(page, source[0])


def completed(page: str, text: str) -> str:
    """Return a page that is written by hand with what is generated for it."""
    if shown := _SHOWN.fullmatch(text.strip()):
        return _within((DOCS / shown[1]).read_text(encoding="utf-8"), (DOCS / shown[1]).parent)
    if page == "index":
        return f"{text}\n\n{contents(text)}"
    if page == "methods":
        from docs._generate import methods

        return f"{text}\n\n{methods.overview()}"
    if page == "laws":
        from docs._generate import laws

        return f"{text}\n\n{laws.page(importlib.import_module(laws.DOOR))}"
    return _within(text, DOCS) if "/" not in page else text


def _within(text: str, folder: Path) -> str:
    """Make links that leave docs/ point to the page that shows the file, or say where in the repository it lies."""
    pages = {
        Path(os.path.normpath(DOCS / shown[1])): page
        for page in DOCS.glob("*.md")
        if (shown := _SHOWN.fullmatch(page.read_text(encoding="utf-8").strip()))
    }

    def link(found: re.Match[str]) -> str:
        target = Path(os.path.normpath(folder / found["path"]))
        target = pages.get(target, target)
        if target.is_relative_to(DOCS):
            return f"[{found['text']}]({target.relative_to(DOCS).as_posix()}{found['anchor'] or ''})"
        place = target.relative_to(DOCS.parent).as_posix()
        return (
            f"`{place}`"
            if found["text"].strip("`") in (place, target.name)
            else f"{found['text']} (`{place}`)"
        )

    return re.sub(r"(?<!!)\[(?P<text>[^\]]*)\]\((?!\w+:)(?P<path>[^)#\s]+)(?P<anchor>#[^)]*)?\)", link, text)


def contents(index: str) -> str:
    """Return the tables of contents: one for each heading of docs/index.md, with the pages that are linked below it."""
    written = []
    for section in re.split(r"(?m)^## ", index)[1:]:
        heading, _, text = section.partition("\n")
        entries = "\n".join(_LINK.findall(text))
        written.append(f"```{{toctree}}\n:hidden:\n:caption: {heading}\n\n{entries}\n```")
    return "\n\n".join(written)
