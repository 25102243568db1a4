from __future__ import annotations

import contextlib
import math
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import Call, Fixture, Opaque, Student, Tensor
from autograder.sandbox import wire
from autograder.sandbox.wire import WireError

SAFE = settings(deadline=None, derandomize=True, max_examples=100)

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=2000)


@st.composite
def tensors(draw: st.DrawFn) -> Tensor:
    dtype = draw(st.sampled_from([name for name in wire.DTYPES if name != "bfloat16"]))
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    raw = draw(st.binary(min_size=math.prod(shape) * 8, max_size=math.prod(shape) * 8))
    if dtype == "bool":
        array = np.frombuffer(raw, np.uint8)[: math.prod(shape)].reshape(shape) % 2 == 1
    else:
        array = np.frombuffer(raw, wire.DTYPES[dtype])[: math.prod(shape)].reshape(shape)
    return Tensor(
        array, dtype, draw(st.sampled_from(["cpu", "cuda:0"])), draw(st.sampled_from(["torch", "numpy"]))
    )


values = st.recursive(
    scalars | tensors() | st.builds(Opaque, st.text(max_size=20).map(wire.printable)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=20), inner, max_size=3)
    ),
    max_leaves=12,
)


def travel(value: Any, *, answer: bool = False) -> Any:
    encoded = wire.encode(value)
    return wire.decode(encoded.structure, encoded.payload, answer=answer)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor):
        facts = (a.dtype, a.shape, a.device, a.library) == (b.dtype, b.shape, b.device, b.library)
        return facts and a.array.tobytes() == b.array.tobytes()
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return type(b) is float and (a == b or (math.isnan(a) and math.isnan(b)))
    return type(a) is type(b) and bool(a == b)


@SAFE
@given(values)
def test_what_is_encoded_comes_back(value: Any) -> None:
    assert same(value, travel(value, answer=True))


@SAFE
@given(values, st.data())
def test_changed_bytes_are_a_wire_error_or_another_value(value: Any, data: st.DataObject) -> None:
    encoded = wire.encode(value)
    structure = bytearray(encoded.structure)
    for _ in range(data.draw(st.integers(1, 4))):
        structure[data.draw(st.integers(0, len(structure) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(encoded.payload)))
    with contextlib.suppress(WireError):
        wire.decode(structure, encoded.payload[:cut], answer=True)


@SAFE
@given(st.binary(max_size=200), st.binary(max_size=50))
def test_any_bytes_are_a_wire_error_or_a_value(structure: bytes, payload: bytes) -> None:
    with contextlib.suppress(WireError):
        wire.decode(structure, payload, answer=True)


def test_a_call_comes_back_with_its_arguments() -> None:
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    sent = Call(
        "f", {"x": x, "net": Fixture("linear_net", {"weight": x})}, {"who": Student("Net")}, gradients=("x",)
    )
    (got,) = travel([sent])
    assert (got.function, got.gradients, got.output) == ("f", ("x",), None)
    assert got.arguments["x"].array.tolist() == x.tolist()
    assert got.arguments["net"].kind == "linear_net"
    assert got.keywords == {"who": Student("Net")}


@pytest.mark.parametrize("value", [Call("f"), Fixture("generator"), Student("x"), [1, (Student("x"),)]])
def test_an_answer_holds_no_call_prop_or_student(value: Any) -> None:
    with pytest.raises(WireError):
        travel(value, answer=True)


def test_bfloat16_is_widened_on_arrival() -> None:
    got = travel(Tensor(np.array([1.5, -2.0], np.float32), "bfloat16"))
    assert (got.dtype, got.array.dtype, got.array.tolist()) == ("bfloat16", np.float32, [1.5, -2.0])


def test_control_characters_do_not_reach_a_terminal() -> None:
    assert wire.printable("a\x1b[31m\tb\x9b\nc\r") == "a\ufffd[31m\tb\ufffd\nc\ufffd"
    assert travel(Opaque("\x1b]0;x")) == Opaque("\ufffd]0;x")


def test_an_integer_beyond_64_bits_is_opaque() -> None:
    assert travel(2**70) == Opaque("int beyond 64 bits")


def test_objects_do_not_travel() -> None:
    with pytest.raises(WireError):
        wire.encode(object())


def nested(depth: int, kind: type = list) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = kind([value])
    return value


@pytest.mark.parametrize(("kind", "depth"), [(list, wire.MAX_DEPTH), (tuple, wire.MAX_DEPTH)])
def test_deep_values_are_not_encoded(kind: type, depth: int) -> None:
    assert travel(nested(depth, kind), answer=True) == nested(depth, kind)
    with pytest.raises(WireError, match="deep"):
        wire.encode(nested(depth + 1, kind))


def bomb(depth: int, code: int) -> bytes:
    data = msgpack.packb(None)
    for _ in range(depth):
        data = msgpack.packb(msgpack.ExtType(code, msgpack.packb([1]) if not data else b"\x91" + data))
    return bytes(data)


@pytest.mark.parametrize(
    "structure",
    [
        b"\x91" * 5000 + b"\xc0",
        b"\x91" * 300 + b"\xc0",
        b"\x81\xa1a" * 400 + b"\xc0",
        bomb(200, 2),
        b"\xdc\xff\xff" + b"\xc0" * 10,
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        msgpack.packb([[0] * 90_000] * 3),
        msgpack.packb(msgpack.Timestamp(1)),
        msgpack.packb({b"": 1}),
        msgpack.packb({1: 1}, strict_types=True),
        msgpack.packb(msgpack.ExtType(99, b"\xc0")),
        b"\xc1",
        b"",
    ],
)
def test_bombs_and_strangers_are_wire_errors(structure: bytes) -> None:
    with pytest.raises(WireError):
        wire.decode(structure, b"", answer=True)


def array(dtype: Any = "float32", shape: Any = (2,), device: Any = "cpu", library: Any = "torch") -> bytes:
    return bytes(msgpack.packb(msgpack.ExtType(1, msgpack.packb([dtype, shape, device, library]))))


@pytest.mark.parametrize(
    "structure",
    [
        array(dtype="object"),
        array(dtype=["float32"]),
        array(shape=[3]),
        array(shape=[-1]),
        array(shape=[True]),
        array(shape=[2**26] * 16),
        array(shape=[0] + [2**26] * 15),
        array(shape=[1] * 17),
        array(shape="22"),
        array(device=3),
        array(device="x" * 1000),
        array(device="\x1b[2J"),
        array(library="jax"),
        bytes(msgpack.packb(msgpack.ExtType(6, msgpack.packb(-4)))),
        bytes(msgpack.packb(msgpack.ExtType(6, msgpack.packb(True)))),
        bytes(msgpack.packb(msgpack.ExtType(6, msgpack.packb(9)))),
    ],
)
def test_arrays_and_texts_that_lie_about_themselves_are_wire_errors(structure: bytes) -> None:
    with pytest.raises(WireError):
        wire.decode(structure, b"12345678", answer=True)


def test_bytes_left_over_are_a_wire_error() -> None:
    encoded = wire.encode(np.zeros(3))
    with pytest.raises(WireError, match="left over"):
        wire.decode(encoded.structure, encoded.payload + b"x")
