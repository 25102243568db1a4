"""Inputs are drawn once in their life; what is kept is what was drawn, to the last bit, or it is drawn anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import msgpack
import numpy as np
import pytest

from autograder.course.settings import Settings
from autograder.laws import SupportSet, registry
from autograder.laws.registry import Check
from autograder.model import Fixture
from autograder.runner import digests, kept_inputs, plans
from autograder.runner.drawing import draw
from autograder.runner.kept_inputs import KeptInputs
from autograder.runner.plans import Planner
from autograder.sandbox import wire
from tests.runner.made_up import DOUBLES

SEED = 20261


def of_shipped(exercise: str = "class_prototypes", name: str = "affine_maps_commute") -> Check:
    checks = registry.load("fewshot", hidden=True)
    return next(each for each in checks if (each.exercise, each.name) == (exercise, name))


def alike(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> bool:
    return kept_inputs.dumps(one, "x") == kept_inputs.dumps(other, "x") != None  # noqa: E711


@pytest.fixture
def drawn_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the checks that were drawn, as they are."""
    names: list[str] = []

    def noted(check: Check, seed: int) -> Any:
        names.append(check.name)
        return draw(check, seed)

    monkeypatch.setattr(plans, "draw", noted)
    return names


def test_every_check_that_draws_is_kept_as_it_was_drawn(tmp_path: Path) -> None:
    kept = KeptInputs(tmp_path)
    for name in registry.assignments():
        for check in registry.load(name, hidden=True):
            if not check.strategies:
                continue
            few = replace(check, examples=min(check.examples, 5))
            drawn = draw(few, SEED)
            kept.keep(few, SEED, drawn)
            again = kept.read(few, SEED)
            assert again is not None, check.name
            assert alike(drawn, again), check.name


def test_a_second_planner_draws_nothing_and_asks_the_same(tmp_path: Path, drawn_anew: list[str]) -> None:
    check = of_shipped()
    one, other, alone = (
        Planner(SEED, Settings(), kept) for kept in (KeptInputs(tmp_path), KeptInputs(tmp_path), None)
    )
    first, second = one.plan(check), other.plan(check)
    assert drawn_anew == [check.name]
    assert second.drawn == first.drawn
    same = alone.plan(check).batch.encoded
    for plan in (first, second):
        assert (plan.batch.encoded.structure, plan.batch.encoded.payload) == (same.structure, same.payload)


def test_what_is_read_can_be_written_to_and_is_nobody_elses(tmp_path: Path) -> None:
    check, kept = of_shipped(), KeptInputs(tmp_path)
    kept.keep(check, SEED, draw(check, SEED))
    one, other = kept.read(check, SEED), kept.read(check, SEED)
    assert one is not None
    assert other is not None
    support, before = one[0]["drawn"][0], other[0]["drawn"][0].embeddings.copy()
    assert isinstance(support, SupportSet)
    support.embeddings[:] = 7.0
    assert np.array_equal(other[0]["drawn"][0].embeddings, before)


@pytest.mark.parametrize("change", [lambda c: replace(c, examples=7), lambda c: replace(c, name="other")])
def test_another_check_is_another_entry(tmp_path: Path, change: Any) -> None:
    check, kept = of_shipped(), KeptInputs(tmp_path)
    kept.keep(check, SEED, draw(check, SEED))
    assert kept.read(change(check), SEED) is None
    assert kept.read(check, SEED + 1) is None


def test_changed_code_and_other_versions_are_other_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, kept = of_shipped(), KeptInputs(tmp_path)
    kept.keep(check, SEED, draw(check, SEED))
    assert kept.read(check, SEED) is not None
    for where, name, value in (
        (hypothesis, "__version__", "0.1"),
        (np, "__version__", "0.1"),
        (digests, "of_drawing", lambda: "other"),
        (digests, "of_check", lambda check: "other"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(where, name, value)
            assert kept.read(check, SEED) is None, name


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
        lambda raw: raw[:60] + bytes([raw[60] ^ 1]) + raw[61:],
        lambda raw: b"",
        lambda raw: b"not ours",
    ],
)
def test_a_damaged_entry_is_drawn_anew_and_mended(tmp_path: Path, damage: Any, drawn_anew: list[str]) -> None:
    check = of_shipped()
    Planner(SEED, Settings(), KeptInputs(tmp_path)).plan(check)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    Planner(SEED, Settings(), KeptInputs(tmp_path)).plan(check)
    assert drawn_anew == [check.name] * 2
    assert path.read_bytes() == whole


def test_an_entry_under_another_name_is_not_taken(tmp_path: Path) -> None:
    check, other, kept = of_shipped(), of_shipped(name="labels_are_only_names"), KeptInputs(tmp_path)
    kept.keep(check, SEED, draw(check, SEED))
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / f"{kept_inputs.key(other, SEED)}{kept_inputs.SUFFIX}")
    assert kept.read(other, SEED) is None


@pytest.mark.parametrize(
    "kind", ["subprocess:Popen", "autograder.laws.vocabulary:function", "autograder.runner.plans:Plan"]
)
def test_a_file_makes_nothing_but_dataclasses_of_inputs(tmp_path: Path, kind: str) -> None:
    check, kept = of_shipped(), KeptInputs(tmp_path)
    name = str(kept_inputs.key(check, SEED))
    made = wire.encode([{"drawn": Fixture(kind, {})}])
    digest = kept_inputs._digest(name, made.structure, made.payload)
    whole = msgpack.packb([digest, made.structure, made.payload])
    (tmp_path / f"{name}{kept_inputs.SUFFIX}").write_bytes(whole)
    assert kept.read(check, SEED) is None


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, 2**70, np.float64(1.0), np.array(["a"]), {1: 2}, b"bytes"]
)
def test_what_would_not_come_back_as_it_is_is_not_kept(value: Any) -> None:
    assert kept_inputs.dumps([{"x": value}], "name") is None or value == b"bytes"


@pytest.mark.parametrize(
    "value", [-0.0, float("nan"), float("inf"), (1, [2.5, None, True]), "ä" * 3, np.zeros((0, 3), np.float32)]
)
def test_odd_plain_values_come_back(value: Any) -> None:
    raw = kept_inputs.dumps([{"x": value}], "name")
    assert raw is not None
    assert repr(kept_inputs._loads(raw, "name")[0]["x"]) == repr(value)


def test_a_check_without_its_own_text_is_not_kept(tmp_path: Path) -> None:
    kept = KeptInputs(tmp_path)
    kept.keep(
        DOUBLES, 1, draw(DOUBLES, 1)
    )  # put together by a function, which makes others out of the same text
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_where_nothing_may_be(tmp_path: Path) -> None:
    check = of_shipped()
    Planner(SEED, Settings(), KeptInputs(tmp_path / "course", writes=False)).plan(check)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    plan = Planner(SEED, Settings(), KeptInputs(tmp_path / "file")).plan(of_shipped())
    assert plan.drawn == of_shipped().examples


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check = of_shipped()
    drawn = draw(check, 1)
    for seed in range(4):
        KeptInputs(tmp_path).keep(check, seed, drawn)
    KeptInputs(tmp_path).read(check, 0)  # used again
    size = max(path.stat().st_size for path in tmp_path.iterdir())
    monkeypatch.setattr(kept_inputs, "MOST_BYTES", 3 * size + size // 2)
    KeptInputs(tmp_path).keep(check, 4, drawn)
    there = [seed for seed in range(5) if KeptInputs(tmp_path, writes=False).read(check, seed) is not None]
    assert there == [0, 3, 4]


def test_what_is_shipped_is_found_under_other_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = of_shipped()
    name = kept_inputs.shipped_key(check, 0)
    raw = kept_inputs.dumps(draw(check, 0), str(name))
    assert raw is not None
    (tmp_path / f"{name}{kept_inputs.SUFFIX}").write_bytes(raw)
    monkeypatch.setattr(hypothesis, "__version__", "0.1")
    assert kept_inputs.shipped(tmp_path).read(check, 0) is not None
    assert kept_inputs.shipped(tmp_path).read(check, 1) is None


def test_nothing_hidden_is_shipped() -> None:
    hidden = [each for each in registry.load("fewshot", hidden=True) if each.visibility == "hidden"]
    assert hidden
    assert {kept_inputs.shipped_key(each, 0) for each in hidden} == {None}
