"""What checks learn about a student's network class: in several steps, without a trace in the global state."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from autograder.props.procedures import embed_images, embed_with_state, network_facts


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 3)
        self.norm = nn.BatchNorm1d(3)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.norm(self.layer(x.flatten(1))))


def images(count: int = 5, seed: int = 0) -> Tensor:
    return torch.rand(count, 1, 2, 2, generator=torch.Generator().manual_seed(seed))


def test_every_batch_is_embedded_by_one_network_in_evaluation_mode() -> None:
    found = embed_images(Net, [images(), images(), images(1)])
    assert torch.equal(found["embeddings"][0], found["embeddings"][1])
    assert torch.allclose(found["embeddings"][2], found["embeddings"][0][:1], atol=1e-6)
    assert [tuple(each.shape) for each in found["embeddings"]] == [(5, 3), (5, 3), (1, 3)]
    assert found["modified"] is False


def test_the_network_is_the_same_each_time() -> None:
    one, other = (embed_images(Net, [images()])["embeddings"][0] for _ in range(2))
    assert torch.equal(one, other)


def test_training_first_moves_the_statistics() -> None:
    plain = embed_images(Net, [images()])["embeddings"][0]
    trained = embed_images(Net, [images()], train_first=True)["embeddings"][0]
    assert not torch.allclose(plain, trained)


def test_images_that_change_are_seen() -> None:
    class Careless(Net):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x.sub_(0.5))

    assert embed_images(Careless, [images()])["modified"] is True


def test_a_network_that_loads_a_state_embeds_like_the_one_that_had_it() -> None:
    found = embed_with_state(Net, images())
    assert torch.allclose(found["embeddings"], found["original"])


def test_what_is_not_in_the_state_is_seen() -> None:
    class Forgetful(Net):
        def __init__(self) -> None:
            super().__init__()
            self.secret = torch.randn(3)

        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) + self.secret

    found = embed_with_state(Forgetful, images())
    assert not torch.allclose(found["embeddings"], found["original"])


def test_a_given_state_is_the_network_s() -> None:
    net = Net().eval()
    found = embed_with_state(Net, images(), net.state_dict())
    assert torch.allclose(found["embeddings"], net(images()))
    assert found["original"] is None


def test_more_images_than_a_batch_are_embedded_in_order() -> None:
    net = Net().eval()
    many = images(1201)
    assert torch.allclose(embed_with_state(Net, many, net.state_dict())["embeddings"], net(many), atol=1e-6)


def test_a_state_that_does_not_fit_is_an_error() -> None:
    state = Net().state_dict()
    del state["layer.bias"]
    with pytest.raises(RuntimeError, match=r"layer\.bias"):
        embed_with_state(Net, images(), state)


def test_facts_of_a_network() -> None:
    class Idle(Net):
        def __init__(self) -> None:
            super().__init__()
            self.classifier = nn.Linear(3, 10)
            self.frozen = nn.Parameter(torch.zeros(1), requires_grad=False)

    assert network_facts(Net, images()) == {
        "module": True,
        "parameters": ["layer.weight", "layer.bias", "norm.weight", "norm.bias"],
        "without_gradient": [],
    }
    facts = network_facts(Idle, images())
    assert facts["without_gradient"] == ["classifier.weight", "classifier.bias"]
    assert "frozen" in facts["parameters"]


def test_what_is_no_module_is_told() -> None:
    assert network_facts(lambda: len, images())["module"] is False  # type: ignore[arg-type,return-value]


def test_the_global_generator_stays_as_it_was() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    embed_images(Net, [images()])
    embed_with_state(Net, images())
    assert torch.equal(torch.get_rng_state(), before)
