"""A receipt says what was read, in a way that a student can check."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from autograder.model import Cell, Notebook, Receipt
from autograder.submission import receipts


def test_files_by_name_size_and_checksum(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(b"hello")
    (found,) = receipts.of([path, tmp_path / "missing"], None).files
    assert (found.name, found.bytes, found.sha256) == ("n.ipynb", 5, hashlib.sha256(b"hello").hexdigest())


def test_what_is_no_file_of_its_own_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    assert receipts.of([tmp_path / "link", tmp_path / "pipe", tmp_path], None) == Receipt()


def test_answers_keep_their_checksum_when_outputs_change() -> None:
    cells = (
        Cell(0, "code", "a = 1", grade_id="double", solution=True),
        Cell(1, "code", "locked", grade_id="imports", locked=True),
        Cell(2, "markdown", "\ud800", grade_id="written", solution=True, grade=True),
        Cell(3, "code", "mine"),
    )
    found = receipts.answers(Notebook("n.ipynb", cells))
    assert list(found) == ["double", "written"]
    assert found["double"] == hashlib.sha256(b"a = 1").hexdigest()


def test_the_file_to_keep(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text("{}")
    receipt = receipts.of([path], None)
    text = receipts.to_json(
        receipt,
        assignment="tiny",
        by="fewlabels 1",
        student="ada",
        when=datetime(2026, 1, 2, 3, 4, 5, 6, UTC),
    )
    found = json.loads(text)
    assert found["read"] == "2026-01-02T03:04:05+00:00"
    assert (found["assignment"], found["student"], found["by"]) == ("tiny", "ada", "fewlabels 1")
    assert receipts.from_dict(found) == receipt
