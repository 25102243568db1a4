from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

import pytest

from autograder.datasets import archive as room
from autograder.datasets.archive import MAX_BYTES, opened
from autograder.errors import DataError
from tests.datasets.conftest import Maker


def test_a_zip_and_its_folder_read_alike(make: Maker, tmp_path: Path) -> None:
    members = {"a/one.png": b"1", "a/b/two.png": b"22", "three.txt": b""}
    zipped, folder = make.zip(tmp_path / "x.zip", members), make.unpacked(tmp_path / "x", members)
    for path in (zipped, folder):
        with opened(path) as archive:
            assert archive.names == tuple(sorted(members))
            assert {name: archive.read(name) for name in archive.names} == members


def test_nothing_is_written_for_names_that_climb_out(make: Maker, tmp_path: Path) -> None:
    inside = tmp_path / "deep" / "inside"
    inside.mkdir(parents=True)
    path = make.zip(inside / "x.zip", {"../../escaped.png": b"x", "/etc/escaped.png": b"y"})
    with opened(path) as archive:
        assert [archive.read(name) for name in archive.names] == [b"x", b"y"]
    assert sorted(found.name for found in tmp_path.rglob("*")) == ["deep", "inside", "x.zip"]


def _read_all(path: Path) -> None:
    with opened(path) as archive:
        for name in archive.names:
            archive.read(name)


def _error(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        _read_all(path)
    assert caught.value.file == str(path)
    assert caught.value.remedy
    return caught.value.what


def test_a_missing_file(tmp_path: Path) -> None:
    assert "no such file" in _error(tmp_path / "absent.zip")


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"PK\x03\x04" + bytes(40)])
def test_no_zip_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert "no readable zip" in _error(tmp_path / "x.zip")


def test_a_truncated_zip(make: Maker, tmp_path: Path) -> None:
    path = make.zip(tmp_path / "x.zip", {"a.png": os.urandom(500)})
    path.write_bytes(path.read_bytes()[:300])
    assert "no readable zip" in _error(path)


def test_altered_content_is_found_by_its_checksum(make: Maker, tmp_path: Path) -> None:
    path = make.zip(tmp_path / "x.zip", {"a.png": os.urandom(500)})
    content = bytearray(path.read_bytes())
    content[200] ^= 255
    path.write_bytes(content)
    assert "a.png cannot be unpacked" in _error(path)


def test_an_encrypted_member(make: Maker, tmp_path: Path) -> None:
    path = make.zip(tmp_path / "x.zip", {"a.png": b"secret"})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + offset] |= 1
    path.write_bytes(content)
    assert "a.png cannot be unpacked" in _error(path)


def test_an_unknown_compression(make: Maker, tmp_path: Path) -> None:
    path = make.zip(tmp_path / "x.zip", {"a.png": b"content"})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = content.find(signature) + offset
        content[start : start + 2] = struct.pack("<H", 77)
    path.write_bytes(content)
    assert "a.png cannot be unpacked" in _error(path)


def test_a_bomb_is_refused_by_what_it_declares(make: Maker, tmp_path: Path) -> None:
    path = make.zip(tmp_path / "x.zip", {"a.png": bytes(50 * MAX_BYTES)})
    assert path.stat().st_size < MAX_BYTES
    assert "would unpack to 50000000 bytes" in _error(path)


def test_a_bomb_that_lies_about_its_size_is_stopped_as_well(make: Maker, tmp_path: Path) -> None:
    path = make.zip(tmp_path / "x.zip", {"a.png": bytes(3 * MAX_BYTES)})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.find(signature) + offset
        content[start : start + 4] = struct.pack("<I", 10)
    path.write_bytes(content)
    assert "a.png cannot be unpacked" in _error(path)


def test_many_members_together_are_bounded(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_TOTAL", 100)
    assert "more than 100" in _error(make.zip(tmp_path / "x.zip", {f"{n}.png": bytes(30) for n in range(4)}))


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_too_many_files(make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(room, "MAX_MEMBERS", 3)
    members = {f"{n}.png": b"" for n in range(4)}
    path = make.zip(tmp_path / "x.zip", members) if kind == "zip" else make.unpacked(tmp_path / "x", members)
    assert "3" in _error(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_occurs_twice(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.png", b"1")
        archive.writestr("a.png", b"2")
    assert "lists a file twice" in _error(tmp_path / "x.zip")


def test_a_file_too_big_in_a_folder(make: Maker, tmp_path: Path) -> None:
    assert "has more than" in _error(make.unpacked(tmp_path / "x", {"a.png": bytes(MAX_BYTES + 1)}))


def test_a_file_that_goes_away(make: Maker, tmp_path: Path) -> None:
    folder = make.unpacked(tmp_path / "x", {"a.png": b"1"})
    with opened(folder) as archive:
        (folder / "a.png").unlink()
        with pytest.raises(DataError, match=r"a\.png cannot be read"):
            archive.read("a.png")
