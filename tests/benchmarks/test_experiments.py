"""The experiments' own parts, and each of them from end to end in a few steps (marked campaign where it takes longer)."""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Any

import pytest
import torch

from autograder.datasets.base import Characters
from benchmarks.accuracy import _data, clip, peft, self_supervised, semi_supervised
from benchmarks.accuracy._few_shot_learners import Source
from benchmarks.accuracy._few_shot_trials import trials_within
from benchmarks.accuracy._runs import Task
from benchmarks.accuracy._self_supervised_methods import method_of, train
from benchmarks.accuracy._semi_supervised_methods import split
from reference.vit import VisionTransformer
from tests.reference.parts import part


def quick(**changes: Any) -> argparse.Namespace:
    return argparse.Namespace(**({"quick": True, "data": None, "validate": False} | changes))


@pytest.fixture(scope="module")
def glyphs() -> Characters:
    return _data.characters("glyphs1", None, 56, quick=True)


def test_no_warp_is_the_identity() -> None:
    images = torch.rand(3, 1, 8, 8)
    warp = _data.Warp(rotate=0, shear=0, zoom=0, shift=0)
    torch.testing.assert_close(_data.warped(images, warp, torch.Generator()), images)


def test_a_quarter_turn_is_exact() -> None:
    images, turns = torch.rand(4, 1, 8, 8), torch.arange(4)
    warp = _data.Warp(rotate=0, shear=0, zoom=0, shift=0)
    turned = _data.warped(images, warp, torch.Generator(), turns)
    for image, result, turn in zip(images, turned, turns.tolist(), strict=True):
        torch.testing.assert_close(result, torch.rot90(image, turn, dims=(1, 2)), atol=1e-5, rtol=0)


def test_episodes_hold_different_classes_and_drawings(glyphs: Characters) -> None:
    source = Source(glyphs, "cpu", seed=0)
    support_x, support_y, query_x, query_y = source.episode({"n_way": 6, "k_shot": 2, "n_query": 3})
    assert support_x.shape == (12, 1, 28, 28)
    assert query_x.shape == (18, 1, 28, 28)
    assert support_y.bincount().tolist() == [2] * 6
    assert query_y.bincount().tolist() == [3] * 6


def test_trials_keep_to_an_alphabet_and_to_two_drawers(glyphs: Characters) -> None:
    (support, queries, answers), *_ = trials_within(glyphs, 3, seed=0, n_way=5)
    alphabet = glyphs.alphabet(glyphs.alphabets[0])

    def place(image: torch.Tensor) -> tuple[int, int]:
        (found,) = (alphabet.images == image).flatten(1).all(dim=1).nonzero()
        return int(alphabet.labels[found]), int(alphabet.drawers[found])

    shown, asked = [place(image) for image in support], [place(image) for image in queries]
    assert [label for label, _ in shown] == [asked[i][0] for i in answers.argsort()]
    assert len({drawer for _, drawer in shown}) == len({drawer for _, drawer in asked}) == 1
    assert shown[0][1] != asked[0][1]


def test_labelled_unlabelled_and_test_images_are_apart() -> None:
    parts = split(4, seed=3, device="cpu", validate=False)
    assert parts.labels.bincount().tolist() == [4] * 10
    assert len(parts.labelled) + len(parts.unlabelled) + len(parts.test_images) == 1797
    again = split(10, seed=4, device="cpu", validate=False)
    assert again.test_images.equal(parts.test_images)


def test_validation_never_meets_the_test_images() -> None:
    test = split(4, seed=0, device="cpu", validate=False).test_images.flatten(1)
    asked = split(4, seed=0, device="cpu", validate=True)
    everything = torch.cat([asked.labelled, asked.unlabelled, asked.test_images]).flatten(1)
    assert len(everything) == 1797 - len(test)
    assert torch.cdist(everything, test).min() > 0


@pytest.mark.parametrize("method", semi_supervised.RECIPES)
def test_every_semi_supervised_method_takes_a_step(method: str) -> None:
    task = Task(method, "digits, 4 labels a class", 0, "cpu", semi_supervised.RECIPES[method])
    figures = semi_supervised.run(task, quick(), lambda share: None)
    assert 0 <= figures["accuracy"] <= 100


def test_each_digit_is_seen_on_each_side_of_eight_others() -> None:
    for seed in range(5):
        unseen = clip.held_out_pairs(seed)
        assert len(set(unseen)) == 20
        for side in (lambda pair: pair // 10, lambda pair: pair % 10):
            assert sorted(map(side, unseen)) == sorted(2 * list(range(10)))


@pytest.mark.parametrize("method", ["prompt", "prefix", "adapters", "lora"])
def test_little_is_trained(method: str) -> None:
    vit = VisionTransformer(**peft.NETWORK)
    total = sum(p.numel() for p in vit.parameters())
    net = peft.adapted(method, vit, peft.RECIPE, 0, torch.rand(3, 1, 28, 28))
    trained = sum(p.numel() for p in net.parameters() if p.requires_grad)
    assert 0 < trained < 0.1 * total
    assert net(torch.rand(2, 1, 28, 28)).shape == (2, peft.WIDTH)


@pytest.mark.parametrize("method", self_supervised.RECIPES)
def test_every_self_supervised_method_changes_its_encoder(method: str) -> None:
    images = torch.rand(8, 1, 28, 28)
    recipe = {**self_supervised.RECIPES[method], "steps": 1, "batch": 8, "exemplars": 8}
    made = method_of(method, recipe, 0, images)
    before = [p.clone() for p in made.represent.parameters()]
    train(made, recipe, images, 0, lambda share: None)
    if method == "dino":  # what is kept is the teacher, which follows the student
        student = part(made.trained, "student.0")
        before = [p.clone() for p in student.parameters()]
        train(made, recipe, images, 1, lambda share: None)
        assert any(not p.equal(b) for p, b in zip(student.parameters(), before, strict=True))
        return
    assert any(not p.equal(b) for p, b in zip(made.represent.parameters(), before, strict=True))


@pytest.mark.campaign
@pytest.mark.parametrize(
    "name", ["fewshot", "semi_supervised", "self_supervised", "transfer", "peft", "clip"]
)
def test_the_command(name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.accuracy.{name}", "--quick", "--seeds", "1", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert ended.returncode == 0, ended.stderr
    assert '"rows": [[' in ended.stdout
