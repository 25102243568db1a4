"""What crosses the boundary: plain values as bytes. Never pickle, never code, never an object of the other side.

    structure = msgpack: None, bool, int, float, str, list, dict, and the extension types below
    payload   = the bytes of arrays and long strings, in the order in which the structure mentions them

A tuple, a fixture and a call are lists whose first item is an empty extension that says so. The head of an array (dtype,
shape, device, library) is a few bytes that come again and again: each is packed and read once.

Long bytes live in the payload, so that the structure, where a few bytes can become many objects, stays small. Whatever
does not decode is a `WireError`, whatever it is made of. frames.py sends the two over a socket.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import msgpack
import numpy as np

from autograder.model import Call, Fixture, Opaque, Student, Tensor

STRUCTURE_CAP = 2 << 20
PAYLOAD_CAP = 64 << 20
ELEMENTS_CAP = 100_000
NAME_CAP = 200
LONG_STRING = 1_000
MAX_DIMENSIONS = 16
MAX_DEPTH = 32  # a tuple counts twice

# How torch names a dtype -> how its bytes travel. bfloat16 has no numpy dtype: its bytes are widened on arrival.
DTYPES: Mapping[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float64": np.dtype("<f8"),
    "float16": np.dtype("<f2"),
    "bfloat16": np.dtype("<u2"),
    "int64": np.dtype("<i8"),
    "int32": np.dtype("<i4"),
    "int16": np.dtype("<i2"),
    "int8": np.dtype("i1"),
    "uint8": np.dtype("u1"),
    "bool": np.dtype("u1"),
}

_DEVICE = re.compile(r"[a-z_]{1,20}(:[0-9]{1,3})?")
_CONTROL = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}

_ARRAY, _TUPLE, _OPAQUE, _STUDENT, _PROP, _TEXT, _CALL = range(1, 8)
_HEADS = 4096  # how many different heads of arrays are remembered
_HEAD_CAP = 256


class WireError(Exception):
    """Bytes that are no frame, or a frame that says something it may not say."""


class WireTimeout(WireError):
    """The other side did not send or take a frame in time."""


class WireClosed(WireError):
    """The other side is gone."""


@dataclass(frozen=True)
class Encoded:
    """A value ready to travel; encode once, send to many."""

    structure: bytes
    payload: bytes


def printable(text: str) -> str:
    """Return `text` without control characters: whatever prints it, no student moves a person's cursor."""
    return text.translate(_CONTROL)


# --- encoding ----------------------------------------------------------------------------------------------------


def encode(value: Any) -> Encoded:
    """Encode plain values, numpy arrays, `Tensor`, `Opaque`, `Student`, `Fixture` and `Call`."""
    payload: list[bytes] = []
    structure = _packed(_plain(value, payload, 0))
    return Encoded(structure, b"".join(payload))


_packed = partial(msgpack.packb, use_bin_type=True)
_AS_THEY_ARE = frozenset({type(None), bool, float})
_IS_TUPLE, _IS_PROP, _IS_CALL = (msgpack.ExtType(code, b"") for code in (_TUPLE, _PROP, _CALL))


def _plain(item: Any, payload: list[bytes], level: int) -> Any:
    """What msgpack writes for `item`; bytes of arrays and long texts go to `payload`, in the order of reading."""
    if level > MAX_DEPTH:
        raise WireError("values are nested too deeply")
    if type(item) in _AS_THEY_ARE:
        return item
    if isinstance(item, str):
        return _text(item, payload)
    if isinstance(item, Tensor):
        return _array(item.array, item.dtype, item.device, item.library, payload)
    if isinstance(item, tuple):
        return [_IS_TUPLE, *(_plain(each, payload, level + 1) for each in item)]
    if isinstance(item, list):
        return [_plain(each, payload, level + 1) for each in item]
    if isinstance(item, Mapping):
        return {_key(key): _plain(each, payload, level + 1) for key, each in item.items()}
    if isinstance(item, np.ndarray):
        return _array(item, item.dtype.name, "cpu", "numpy", payload)
    if isinstance(item, bool | float):
        return item
    if isinstance(item, int):
        return int(item) if -(2**63) <= item < 2**63 else _ext(_OPAQUE, "int beyond 64 bits")
    return _object(item, payload, level)


def _object(item: Any, payload: list[bytes], level: int) -> Any:
    if isinstance(item, bytes):
        payload.append(item)
        return _head("uint8", (len(item),), "cpu", "bytes")
    if isinstance(item, Opaque):
        return _ext(_OPAQUE, _key(item.type))
    if isinstance(item, Student):
        return _ext(_STUDENT, item.name)
    if isinstance(item, Fixture):
        return [_IS_PROP, item.kind, _plain(dict(item.parameters), payload, level + 1)]
    if isinstance(item, Call):
        return [_IS_CALL, *(_plain(each, payload, level + 1) for each in _fields(item))]
    raise WireError(f"{type(item).__name__} is no plain value")


def _fields(call: Call) -> tuple[Any, ...]:
    given = (call.function, call.arguments, call.keywords)
    return (*given, list(call.gradients), call.output, call.cotangent, list(call.watch))


def _ext(code: int, inner: Any) -> msgpack.ExtType:
    return msgpack.ExtType(code, _packed(inner))


def _key(key: Any) -> str:
    if type(key) is str and key.isascii():
        return key[:NAME_CAP]
    return str(key)[:NAME_CAP].encode("utf-8", "replace").decode()


def _text(item: str, payload: list[bytes]) -> Any:
    if type(item) is str and len(item) <= LONG_STRING and item.isascii():
        return item
    raw = item.encode("utf-8", "replace")
    if len(raw) <= LONG_STRING:
        return raw.decode()
    payload.append(raw)
    return _ext(_TEXT, len(raw))


def _array(array: np.ndarray, dtype: str, device: str, library: str, payload: list[bytes]) -> msgpack.ExtType:
    if dtype not in DTYPES:
        raise WireError(f"arrays of {dtype} do not travel")
    if dtype == "bfloat16" and array.dtype == np.float32:
        array = (array.view(np.uint32) >> 16).astype(np.uint16)
    payload.append(array.astype(DTYPES[dtype], order="C", copy=False).tobytes())
    return _head(dtype, array.shape, device, library)


@lru_cache(_HEADS)
def _head(dtype: str, shape: tuple[int, ...], device: str, library: str) -> msgpack.ExtType:
    return _ext(_ARRAY, [dtype, [int(size) for size in shape], _key(device), library])


# --- decoding ----------------------------------------------------------------------------------------------------


def decode(structure: bytes | bytearray, payload: bytes | bytearray, *, answer: bool = False) -> Any:
    """Return the value of a frame. Raises `WireError` for anything that `encode` would not have written.

    structure   its msgpack
    payload     the bytes of its arrays
    answer      True: the frame comes from a worker, which has no business to send a `Call`, a `Fixture` or a `Student`
    """
    reader = _Reader(payload, answer)
    try:
        value = msgpack.unpackb(
            structure,
            raw=False,
            strict_map_key=True,
            ext_hook=reader.extension,
            list_hook=reader.list,
            max_str_len=4 * LONG_STRING,
            max_bin_len=0,
            max_array_len=ELEMENTS_CAP,
            max_map_len=ELEMENTS_CAP,
            max_ext_len=STRUCTURE_CAP,
        )
        _bounded(value)
    except WireError:
        raise
    except (
        msgpack.exceptions.UnpackException,
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
        OverflowError,
    ) as error:
        raise WireError(f"malformed frame ({type(error).__name__})") from None
    if reader.offset != len(payload):
        raise WireError("bytes left over after the last array")
    return value


_CONTAINERS = (list, tuple)
_LEAVES = frozenset({str, int, float, bool, type(None), bytes, Tensor, Opaque, Student, Fixture, Call})


def _bounded(value: Any) -> None:
    """Refuse what is nested more deeply than `encode` nests, too many items, and msgpack's own extra types."""
    level = [value]
    items = 0
    for _ in range(MAX_DEPTH + 2):
        items += len(level)
        if items > ELEMENTS_CAP:
            raise WireError(f"more than {ELEMENTS_CAP} items")
        deeper: list[Any] = []
        for item in level:
            kind = type(item)
            if kind in _LEAVES:
                continue
            if kind is dict:
                for key in item:
                    if type(key) is not str:
                        raise WireError("a key that is no text")
                deeper.extend(item.values())
            elif kind in _CONTAINERS:
                deeper.extend(item)
            else:
                raise WireError(f"{kind.__name__} is no plain value")
        if not deeper:
            return
        level = deeper
    raise WireError("values are nested too deeply")


class _Mark:
    """First in a list, says what the list stands for; anywhere else it is no plain value."""

    def __init__(self, code: int) -> None:
        self.code = code


_MARKS = {code: _Mark(code) for code in (_TUPLE, _PROP, _CALL)}


class _Reader:
    def __init__(self, payload: bytes | bytearray, answer: bool) -> None:
        self.payload = memoryview(payload)
        self.answer = answer
        self.offset = 0
        self.built = 0

    def list(self, items: list[Any]) -> Any:
        if not items or type(items[0]) is not _Mark:
            return items
        code = items[0].code
        if code == _TUPLE:
            return tuple(items[1:])
        if code == _PROP:
            _, kind, parameters = items
            return Fixture(kind, parameters)
        _, function, arguments, keywords, gradients, output, cotangent, watch = items
        bare = cotangent.array if isinstance(cotangent, Tensor) else None
        return Call(function, arguments, keywords, tuple(gradients), output, bare, tuple(watch))

    def extension(self, code: int, data: bytes) -> Any:
        self.built += 1
        # each costs the reader far more than the three bytes that it cost the writer
        if self.built > ELEMENTS_CAP:
            raise WireError(f"more than {ELEMENTS_CAP} items")
        if code == _ARRAY:
            return self.array(data)
        if code == _TUPLE or (code in (_PROP, _CALL) and not self.answer):
            return self.mark(code, data)
        if len(data) > 2 * NAME_CAP * 4:
            raise WireError("a long extension")
        inner = msgpack.unpackb(data, raw=False, ext_hook=_nothing, max_array_len=0, max_map_len=0)
        if code == _TEXT:
            return bytes(self.take(inner)).decode("utf-8", "replace")
        if code == _OPAQUE and isinstance(inner, str):
            return Opaque(printable(inner[:NAME_CAP]))
        if code == _STUDENT and isinstance(inner, str) and not self.answer:
            return Student(inner)
        raise WireError(f"{'an answer with' if self.answer else 'unknown'} extension {code}")

    def mark(self, code: int, data: bytes) -> _Mark:
        if data:
            raise WireError("a mark that holds something")
        return _MARKS[code]

    def take(self, count: Any) -> memoryview:
        if (
            not isinstance(count, int)
            or isinstance(count, bool)
            or count < 0
            or count > len(self.payload) - self.offset
        ):
            raise WireError("an array or a text is longer than the payload")
        part = self.payload[self.offset : self.offset + count]
        self.offset += count
        return part

    def array(self, data: bytes) -> Any:
        if len(data) > _HEAD_CAP:
            raise WireError("an array with a long head")
        head = _head_of(data)
        end = self.offset + head.size
        if end > len(self.payload):
            raise WireError("an array or a text is longer than the payload")
        if head.library == "bytes":
            return bytes(self.take(head.size))
        flat = np.frombuffer(self.payload[self.offset : end], head.travels)
        self.offset = end
        if head.dtype == "bool":
            flat = flat != 0
        elif head.dtype == "bfloat16":
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        try:
            return Tensor(flat.reshape(head.shape), head.dtype, head.device, head.library)
        except ValueError:
            raise WireError("an array with an absurd shape") from None


def _nothing(code: int, _: bytes) -> Any:
    raise WireError(f"extension {code} inside of another")


@dataclass(frozen=True)
class _Head:
    """What is said of an array before its bytes: `size` of them, of dtype `travels`."""

    dtype: str
    shape: tuple[int, ...]
    device: str
    library: str
    travels: np.dtype[Any]
    size: int


@lru_cache(_HEADS)
def _head_of(data: bytes) -> _Head:
    dtype, shape, device, library = msgpack.unpackb(data, raw=False, ext_hook=_nothing, max_map_len=0)
    if dtype not in DTYPES or not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise WireError("an array of unknown dtype or too many dimensions")
    if any(
        not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= PAYLOAD_CAP for size in shape
    ):
        raise WireError("an array with an absurd shape")
    if not isinstance(device, str) or not _DEVICE.fullmatch(device):
        raise WireError("an array on an unnamed device")
    if library not in ("torch", "numpy", "bytes"):
        raise WireError("an array of an unknown library")
    size = math.prod(shape) * DTYPES[dtype].itemsize
    return _Head(dtype, tuple(shape), device, library, DTYPES[dtype], size)
