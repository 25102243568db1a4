"""A course's TOML files: what is wrong is told with the line, whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import settings, variants
from autograder.errors import AssignmentError

BROKEN = {
    "a quote that is left open": (b'seed = 1\nreveal = "law\nvariant = 2\n', 2),
    "a word that is no value": (b"seed = 1\n\nreveal = law\n", 3),
    "a list that never ends": (b"seed = 1\nfiles = [\n\n\n", 2),
    "a key without a value": (b"seed\n", 1),
    "twice the same": (b"seed = 1\nseed = 2\n", 2),
    "another encoding": ("seed = 1\n# Übung\n".encode("cp1252"), 2),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_line_is_named_and_shown(tmp_path: Path, what: str) -> None:
    raw, line = BROKEN[what]
    for name, reading in (
        ("autograder.toml", settings.read),
        ("release.toml", lambda f: variants.read(f / "a.ipynb")),
    ):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(AssignmentError) as caught:
            reading(tmp_path)
        assert caught.value.file == f"{tmp_path / name}, line {line}"
        shown = raw.splitlines()[line - 1].decode("utf-8", "replace")
        assert shown in caught.value.remedy or "UTF-8" in caught.value.remedy


def test_a_byte_order_mark_in_front_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "autograder.toml").write_bytes(b"\xef\xbb\xbfseed = 3\r\n")
    assert settings.read(tmp_path).seed == 3
