"""Fixtures and procedures as a student reads them: in words, and as plain torch that can be pasted.

What checks hand to student code has names of its own (`autograder.fixtures`), which say nothing to a student. A kind that is
not known here is written with that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from autograder.model import Call, Fixture

Expression = Callable[[Any], str]

LINEAR = ("linear_net", "recording_net")  # the second one keeps notes for the checks, and computes the same
LINEAR_NET = """class LinearNet(torch.nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.weight = torch.nn.Parameter(weight.clone())
    def forward(self, x):
        return (2.0 if self.training else 1.0) * (x.flatten(1) @ self.weight)"""

SMALL_NET = """class SmallNet(torch.nn.Module):
    def __init__(self, inputs, features, seed):
        super().__init__()
        source = torch.Generator().manual_seed(seed)
        self.linear = torch.nn.Linear(inputs, features)
        self.linear.weight.data = torch.randn(features, inputs, generator=source) / inputs**0.5
        self.linear.bias.data.zero_()
        self.norm = torch.nn.BatchNorm1d(features)
        self.eval()
    def forward(self, x):
        return self.norm(self.linear(x.flatten(1)))"""


def in_words(fixture: Fixture, array_text: Callable[[Any], str]) -> str | None:
    """Say what a fixture is; None where its kind is not known. `array_text` writes arrays.

    >>> in_words(Fixture("linear_net", {"weight": 0, "training": True}), str)
    'a linear network in training mode (the code below makes it)'
    """
    given = fixture.parameters
    if fixture.kind == "unchanged":
        return "lambda x: x"
    if fixture.kind == "linear_map":
        return f"lambda x: x @ weight, with weight =\n{array_text(given['weight'])}"
    if fixture.kind == "generator":
        made = f"torch.Generator().manual_seed({given['seed']})"
        advanced = given.get("advanced")
        return f"{made}, after it has drawn {advanced} numbers" if advanced else made
    if fixture.kind in LINEAR:
        mode = "training" if given.get("training") else "evaluation"
        return f"a linear network in {mode} mode (the code below makes it)"
    if fixture.kind == "tally_net":
        return (
            "a linear layer and a batch normalisation, in evaluation mode (the code below makes the network)"
        )
    return None


def written(name: str, fixture: Fixture, lines: list[str], expression: Expression) -> list[str] | None:
    """Return the lines that make a fixture and call it `name`; None where its kind is not known.

    lines        what stands above them: a class is defined once, and equal weights are written once
    expression   writes a value

    >>> written("source", Fixture("generator", {"seed": 3}), [], str)
    ['source = torch.Generator().manual_seed(3)']
    """
    given = fixture.parameters
    if fixture.kind == "unchanged":
        return [f"{name} = lambda x: x"]
    if fixture.kind == "linear_map":
        return [f"{name} = lambda x: x @ {expression(given['weight'])}"]
    if fixture.kind == "generator":
        advanced = given.get("advanced")
        drawn = [f"torch.rand({advanced}, generator={name})  # it has drawn before"] if advanced else []
        return [f"{name} = torch.Generator().manual_seed({given['seed']})", *drawn]
    if fixture.kind in LINEAR:
        weight = f"weight = {expression(given['weight'])}"
        above = [line for line in lines if line.startswith("weight = ")]
        own = f"weight_of_{name}" if above and above[0] != weight else "weight"
        made = weight.replace("weight", own, 1)
        mode = f"{name} = LinearNet({own}).train({bool(given.get('training'))})"
        return [*_once(LINEAR_NET, lines), *([] if made in lines else [made]), mode]
    if fixture.kind == "tally_net":
        sizes = ", ".join(str(given[each]) for each in ("inputs", "features", "seed"))
        return [*_once(SMALL_NET, lines), f"{name} = SmallNet({sizes})"]
    return None


def _once(definition: str, lines: list[str]) -> list[str]:
    return [] if definition in lines else [definition]


def state(name: str, fixture: Fixture) -> list[str]:
    """Return the lines that show the state of a `fixture`, called `name`, after a call.

    >>> state("source", Fixture("generator", {"seed": 3}))
    ['print(source.get_state())']
    """
    if fixture.kind == "generator":
        return [f"print({name}.get_state())"]
    if fixture.kind in (*LINEAR, "tally_net"):
        return [f"print('training:', {name}.training, {name}.state_dict())"]
    return []


def procedure(call: Call, bound: Mapping[str, str]) -> list[str] | None:
    """Return the lines that do what a procedure does and print it; None where it is not known.

    `bound` says how the arguments are called above.

    >>> procedure(Call("double", {"x": 1}), {"x": "x"}) is None
    True
    """
    write = _PROCEDURES.get(call.function.removeprefix("fixtures:"))
    return None if write is None else write(call, bound)


def _embed_images(call: Call, bound: Mapping[str, str]) -> list[str]:
    train = [f"net.train()({_some_noise(call)})"] if call.arguments.get("train_first") else []
    return [
        f"net = {bound['network']}()",
        *train,
        "net.eval()",
        "with torch.no_grad():",
        f"    for batch in {bound['images']}:",
        "        before = batch.clone()",
        "        print(net(batch))",
        "        print(torch.equal(batch, before))  # True: the images are as they were",
    ]


def _embed_with_state(call: Call, bound: Mapping[str, str]) -> list[str]:
    return [
        f"first, second = {bound['network']}(), {bound['network']}()",
        "with torch.no_grad():",
        f"    first.train()({_some_noise(call)})  # moves running statistics",
        "    second.load_state_dict(first.state_dict())",
        f"    print(first.eval()({bound['images']}))",
        f"    print(second.eval()({bound['images']}))",
    ]


def _network_facts(call: Call, bound: Mapping[str, str]) -> list[str]:
    return [
        f"net = {bound['network']}()",
        f"net.train()({bound['images']}).sum().backward()",
        "print([name for name, each in net.named_parameters() if each.grad is None])  # without gradient",
    ]


def _some_noise(call: Call) -> str:
    images = call.arguments["images"]
    batch = images[0] if isinstance(images, list) else images
    return f"torch.rand({', '.join(map(str, (max(8, len(batch)), *batch.shape[1:])))})"


_PROCEDURES: Mapping[str, Callable[[Call, Mapping[str, str]], list[str]]] = {
    "embed_images": _embed_images,
    "embed_with_state": _embed_with_state,
    "network_facts": _network_facts,
}
