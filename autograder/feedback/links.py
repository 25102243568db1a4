"""Links between pages, made of names that students chose."""

from __future__ import annotations

from urllib.parse import quote


def relative(path: str) -> str:
    """Return a path as a relative link. Whatever the name holds, it can neither be a scheme nor another host."""
    try:
        raw = path.encode("utf-8", "surrogateescape")  # bytes of the file system that are no UTF-8
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "replace")
    return "./" + quote(raw, safe="/")
