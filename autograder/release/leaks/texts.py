"""Whatever lies in a release, as texts with a place: notebooks, wheels, images and data taken apart, whatever hides in
them. Nothing is executed; sizes are bounded."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

DEPTH = 5  # a wheel in an archive in an attachment ... nobody goes further by mistake
SIZE_CAP = 256 << 20
PRINTABLE = re.compile(rb"[\t\n\r\x20-\x7e]{12,}")
PACKED = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*", b"BM")
Kind = Literal["code", "markdown", "output", "metadata", "text"]


@dataclass(frozen=True)
class Piece:
    """A text, and where it stands. `packaged`: in a Python package, which may speak of what it does not hold."""

    text: str
    file: str
    kind: Kind = "text"
    cell: int | None = None
    where: str = ""
    packaged: bool = False


def pieces(name: str, data: bytes, depth: int = 0) -> Iterator[Piece]:
    """Yield all texts in a file, given by `name` and bytes (`data`); `depth` counts the archives around it."""
    if depth > DEPTH or len(data) > SIZE_CAP:
        return
    if name.endswith(".ipynb"):
        yield from _notebook(name, data, depth)
    elif data[:4] == b"PK\x03\x04":
        yield from _members(name, _unzipped(data), depth)
    elif data[:2] == b"\x1f\x8b":
        yield from _gzipped(name, data, depth)
    elif data.startswith(IMAGES):
        yield from (replace(each, where="in the image's text") for each in _image(name, data, depth))
    else:
        yield from _plain(name, data, depth)


def hidden_in(text: str) -> Iterator[str]:
    """Yield texts that are packed in a text: base64, also compressed, and what is written with entities or backslashes."""
    if "&" in text and (plain := html.unescape(text)) != text:
        yield plain
    if "\\n" in text:
        yield text.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")
    for match in PACKED.finditer(text):
        data = _decoded(match[0])
        if data is not None:
            for each in (data, _inflated(data)):
                if each and (found := _text(each)):
                    yield found


def _notebook(name: str, data: bytes, depth: int) -> Iterator[Piece]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        yield from _plain(name, data, depth)
        return
    if not isinstance(document, dict):
        return
    yield from _all_strings(document.get("metadata"), Piece("", name, "metadata", where="in its metadata"))
    cells = document.get("cells")
    for index, cell in enumerate(cells if isinstance(cells, list) else []):
        if isinstance(cell, dict):
            yield from _cell(name, index, cell, depth)
    rest = {key: value for key, value in document.items() if key not in ("cells", "metadata")}
    yield from _all_strings(rest, Piece("", name, "metadata", where="beside its cells"))


def _cell(name: str, index: int, cell: Mapping[str, Any], depth: int) -> Iterator[Piece]:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    yield Piece(text, name, "code" if cell.get("cell_type") == "code" else "markdown", index)
    for where, part in (("in an output", cell.get("outputs")), ("in an attachment", cell.get("attachments"))):
        for mime, value in _bundles(part):
            if mime.startswith(("image/", "application/")) and (raw := _decoded(value)):
                for each in pieces("attachment", raw, depth + 1):
                    yield replace(each, file=name, cell=index, where=f"{where}: {each.where}".rstrip(": "))
            else:
                yield Piece(value, name, "output", index, where)
    odd = {k: v for k, v in cell.items() if k not in ("source", "outputs", "attachments", "cell_type")}
    yield from _all_strings(odd, Piece("", name, "metadata", index, "in its metadata"))


def _bundles(part: Any, mime: str = "text/plain") -> Iterator[tuple[str, str]]:
    """(MIME type, text) of everything in outputs or attachments."""
    if isinstance(part, str):
        yield mime, part
    elif isinstance(part, list):
        if part and all(isinstance(each, str) for each in part):
            yield mime, "".join(part)
        else:
            for each in part:
                yield from _bundles(each, mime)
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _bundles(value, key if "/" in str(key) else mime)


def _all_strings(value: Any, place: Piece) -> Iterator[Piece]:
    if isinstance(value, str):
        yield replace(place, text=value)
    elif isinstance(value, list):
        if value and all(isinstance(each, str) for each in value):
            yield replace(place, text="\n".join(each.rstrip("\n") for each in value))
        for each in value:
            yield from _all_strings(each, place)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield replace(place, text=str(key))
            yield from _all_strings(each, place)


def _members(name: str, members: Iterable[tuple[str, bytes]], depth: int) -> Iterator[Piece]:
    packaged = name.endswith(".whl")
    for inner, data in members:
        yield Piece(inner, name, where="as a file's name")
        for each in pieces(inner, data, depth + 1):
            yield replace(each, file=f"{name}/{each.file}", packaged=packaged or each.packaged)


def _unzipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and entry.file_size <= SIZE_CAP:
                    yield entry.filename, archive.read(entry)
            if archive.comment:
                yield "(comment)", archive.comment
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error):
        return


def _gzipped(name: str, data: bytes, depth: int) -> Iterator[Piece]:
    inner = _inflated(data)
    if inner is None:
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
            files = ((member, archive.extractfile(member)) for member in archive.getmembers())
            yield from _members(name, [(each.name, file.read()) for each, file in files if file], depth)
    except tarfile.TarError:
        yield from pieces(f"{name} (unpacked)", inner, depth + 1)


def _image(name: str, data: bytes, depth: int) -> Iterator[Piece]:
    """Text chunks (compressed ones too), comments, EXIF, and what stands behind the image's end."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            told = [*image.info.values(), *getattr(image, "text", {}).values(), *image.getexif().values()]
    except Exception:  # a damaged image has no text chunks; its bytes are looked at below
        told = []
    for each in told:
        text = each if isinstance(each, str) else _text(each) if isinstance(each, bytes) else None
        if text:
            yield Piece(text, name)
    yield from _runs(name, data)
    end = data.rfind(b"IEND")
    if end >= 0 and len(data) > end + 8:
        yield from pieces(name, data[end + 8 :], depth + 1)


def _plain(name: str, data: bytes, depth: int) -> Iterator[Piece]:
    text = _text(data)
    if text is None:
        yield from _runs(name, data)
    else:
        code = name.endswith((".py", ".pyi"))
        yield Piece(text, name, "code" if code else "text")


def _runs(name: str, data: bytes) -> Iterator[Piece]:
    """The readable runs in bytes."""
    found = b"\n".join(PRINTABLE.findall(data)).decode("ascii")
    if found:
        yield Piece(found, name)


def _text(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None


def _decoded(text: str) -> bytes | None:
    text = "".join(text.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _inflated(data: bytes) -> bytes | None:
    """What gzip or zlib have packed, up to the cap."""
    try:
        return zlib.decompressobj(47).decompress(data, SIZE_CAP)  # 47: either format, by its head
    except zlib.error:
        return None
