"""The plain torch of a snippet does what the fixture does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from autograder import fixtures
from autograder.fixtures.networks import LinearNet, TallyNet
from autograder.laws import plain_torch, wording
from autograder.model import Call, Fixture, Student

WEIGHT = np.linspace(-1, 1, 12).reshape(4, 3).astype(np.float32)
IMAGES = torch.linspace(-2, 3, 20).reshape(5, 1, 2, 2)


def made(fixture: Fixture) -> Any:
    found: list[Any] = []
    exec(wording.snippet((Call("keep", {"net": fixture}),)), {"keep": found.append})
    return found[0]


@pytest.mark.parametrize("training", [False, True])
def test_a_linear_net(training: bool) -> None:
    net = made(Fixture("linear_net", {"weight": WEIGHT, "training": training}))
    same = LinearNet(torch.from_numpy(WEIGHT)).train(training)
    assert net.training is training
    assert torch.equal(net(IMAGES), same(IMAGES))


def test_a_net_with_batch_normalisation() -> None:
    net, same = made(Fixture("tally_net", {"inputs": 4, "features": 3, "seed": 7})), TallyNet(4, 3, 7)
    assert not net.training
    for mine, theirs in zip(net.state_dict().items(), same.state_dict().items(), strict=True):
        assert mine[0] == theirs[0]
        assert torch.equal(mine[1], theirs[1])
    assert torch.equal(net.train()(IMAGES), same.train()(IMAGES))


def test_a_generator_that_has_drawn_and_a_map() -> None:
    source = made(Fixture("generator", {"seed": 3, "advanced": 5}))
    assert torch.equal(source.get_state(), fixtures.build("generator", seed=3, advanced=5).get_state())
    embed = made(Fixture("linear_map", {"weight": WEIGHT}))
    assert torch.equal(embed(torch.ones(2, 4)), torch.ones(2, 4) @ torch.from_numpy(WEIGHT))


def test_a_class_and_equal_weights_are_written_once() -> None:
    net = Fixture("linear_net", {"weight": WEIGHT})
    other = Fixture("linear_net", {"weight": WEIGHT + 1})
    text = wording.snippet((Call("f", {"net": net}), Call("f", {"net": net}), Call("f", {"net": other})))
    assert text.count("class LinearNet") == 1
    assert text.count("torch.tensor(") == 2
    exec(text, {"f": lambda net: net(IMAGES)})


@pytest.mark.parametrize("name", sorted(fixtures.FIXTURES))
def test_every_fixture_has_words_for_students(name: str) -> None:
    parameters = {"weight": WEIGHT, "seed": 1, "inputs": 4, "features": 3}
    said = plain_torch.in_words(Fixture(name, parameters), wording.array_text)
    assert said is not None
    assert "fixtures" not in said


def test_a_batch_that_is_seen_in_training_mode_first() -> None:
    images = [np.ones((2, 1, 8, 8), dtype=np.float32)]
    call = Call("fixtures:embed_images", {"network": Student("Net"), "images": images, "train_first": True})
    seen: list[tuple[bool, int]] = []

    class Net(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append((self.training, len(x)))
            return x.flatten(1)

    exec(wording.snippet((call,)), {"Net": Net})
    assert seen == [(True, 8), (False, 2)]
