"""The two readers of hostile bytes: a short run of `benchmarks.fuzz.__main__`, and Hypothesis. Every input is a value or the promised error."""

from __future__ import annotations

import argparse
import contextlib
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import NotebookError
from autograder.sandbox import wire
from autograder.sandbox.frames import HEADER, MAGIC
from autograder.sandbox.wire import WireError
from autograder.submission import notebook
from benchmarks.fuzz import trial
from benchmarks.fuzz.targets import TARGETS, read_frame

LIMITS = argparse.Namespace(seed=1, seconds=5.0, mebibytes=512)


@pytest.mark.parametrize(("name", "count"), [("frames", 4000), ("notebooks", 1500)])
def test_mutated_bytes_are_a_value_or_the_promised_error(name: str, count: int, tmp_path: Path) -> None:
    tally = trial.run(name, count, LIMITS, tmp_path)
    assert (tally.inputs, tally.findings, list(tmp_path.iterdir())) == (count, 0, [])
    assert tally.read > count / 50  # mutations that reach past the first check
    assert tally.refused > count / 50


def test_a_reader_that_breaks_its_promise_is_found(tmp_path: Path) -> None:
    def careless(data: bytes) -> object:
        return [1][len(data) % 2]

    tried = trial.Trial(replace(TARGETS["frames"], read=careless), 5.0, 512, tmp_path)
    for data in (b"", b"x", b"xx"):
        tried(data)
    assert (tried.tally.read, tried.tally.findings) == (2, 1)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == ["", ".txt"]


@settings(max_examples=150)
@given(st.binary(max_size=60), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
def test_any_header_is_a_value_or_an_error(body: bytes, structure: int, payload: int) -> None:
    for sizes in ((structure, payload), (len(body), 0), (0, len(body))):
        with contextlib.suppress(WireError):
            read_frame(HEADER.pack(MAGIC, 5, bytes(16), 0, *sizes) + body)


@settings(max_examples=100)
@given(st.sampled_from(TARGETS["notebooks"].seeds), st.data())
def test_a_notebook_cut_and_spliced_is_a_value_or_an_error(seed: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(seed)))
    insert = data.draw(st.sampled_from(TARGETS["notebooks"].tokens) | st.binary(max_size=8))
    with contextlib.suppress(NotebookError):
        notebook.parse(seed[:at] + insert + seed[at + len(insert) :], "ada.ipynb")


def test_extensions_without_end_are_refused_before_they_cost_seconds() -> None:
    many = b"\xdc\xff\xff" + b"\xc7\x00\x02" * 65_535
    with pytest.raises(WireError, match="items"):
        wire.decode(b"\x9a" + many * 10, b"", answer=True)


@pytest.mark.parametrize("bomb", [b"{},", b"[],", b"0,", b'{"a":[[]]},'])
def test_a_notebook_of_too_many_items_is_refused_before_it_is_parsed(bomb: bytes) -> None:
    times = notebook.ITEMS_CAP // bomb.count(b",") + 1
    raw = b'{"nbformat": 4, "cells": [' + bomb * times + b"0]}"
    with pytest.raises(NotebookError, match="items, more than 2,000,000"):
        notebook.parse(raw, "ada.ipynb")


def test_a_frame_that_announces_more_than_it_brings_ends() -> None:
    with pytest.raises(WireError):
        read_frame(struct.pack("!4sB16sIIQ", MAGIC, 5, bytes(16), 0, 100, 0) + b"x" * 99)
