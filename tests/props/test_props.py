"""The closed list of stage props, and what a watched one reports."""

from __future__ import annotations

import pytest
import torch

from autograder import props
from autograder.model import Call, Prop, Returned
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.transport import Batch


def test_a_prop_is_built_by_name() -> None:
    assert torch.equal(props.build("unchanged")(torch.ones(2)), torch.ones(2))
    assert torch.equal(
        props.build("linear_map", weight=2 * torch.eye(2))(torch.ones(1, 2)), torch.full((1, 2), 2.0)
    )


@pytest.mark.parametrize("name", ["pickle", "", "__class__", "embed_images"])
def test_what_is_not_on_the_list_is_not_built(name: str) -> None:
    with pytest.raises(
        ValueError, match=f"^no prop is called {name!r}; there are generator, linear_map, linear_net"
    ):
        props.build(name)


def test_unchanged_inputs_are_a_copy() -> None:
    x = torch.ones(2)
    props.build("unchanged")(x).add_(1)
    assert torch.equal(x, torch.ones(2))


def test_gradients_flow_through_embeddings() -> None:
    x = torch.ones(1, 2, requires_grad=True)
    for embed in (props.build("unchanged"), props.build("linear_map", weight=torch.eye(2))):
        assert torch.autograd.grad(embed(x).sum(), x)[0].tolist() == [[1.0, 1.0]]


def test_a_generator_has_already_drawn() -> None:
    plain = torch.Generator().manual_seed(3)
    torch.rand(5, generator=plain)
    assert torch.equal(props.build("generator", seed=3, advanced=5).get_state(), plain.get_state())
    fresh = torch.Generator().manual_seed(3)
    assert torch.equal(props.build("generator", seed=3).get_state(), fresh.get_state())


def test_a_generator_leaves_the_global_one_alone() -> None:
    before = torch.get_rng_state()
    props.build("generator", seed=3, advanced=100)
    assert torch.equal(torch.get_rng_state(), before)


def test_state_of() -> None:
    generator = torch.Generator().manual_seed(3)
    assert torch.equal(props.state_of(generator), generator.get_state())
    assert props.state_of(props.build("linear_net", weight=torch.eye(2)))["training"] is False
    assert props.state_of(props.build("unchanged")) is None


PARAMETERS = {
    "linear_map": {"weight": torch.eye(4).numpy()},
    "generator": {"seed": 2**32 - 1, "advanced": 3},
    "linear_net": {"weight": torch.eye(4).numpy(), "training": True},
    "tally_net": {"inputs": 4, "features": 3, "seed": 9},
}


@pytest.mark.parametrize("kind", props.PROPS)
def test_every_prop_travels_to_the_worker_and_back(kind: str) -> None:
    """Also the report: what a watched prop says has to be plain values."""
    call = Call("look", {"prop": Prop(kind, PARAMETERS.get(kind, {}))}, watch=("prop",))
    (outcome,) = InProcess({"look": lambda prop: type(prop).__name__}).answer(Batch((call,)))
    assert isinstance(outcome, Returned)
    assert outcome.value in ("Generator", "LinearNet", "TallyNet", "function")
    assert (outcome.states["prop"] is None) == (outcome.value == "function")
