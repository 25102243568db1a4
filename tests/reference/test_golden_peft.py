"""LoRA, prompts, prefixes and adapters agree with the values that peft and adapters returned once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from reference.adapters import adapter
from reference.bert import BERT
from reference.lora import LoRALinear, delta_weight
from reference.prefix_tuning import Prefix
from reference.prompt_tuning import prepend, prepend_present
from tests.golden.vectors import read

agree = partial(assert_close, rtol=1e-7, atol=1e-12)


def weighted(outputs: torch.Tensor) -> torch.Tensor:
    """The loss of the recording: no output counts as another."""
    counted = torch.arange(1.0, outputs.numel() + 1, dtype=outputs.dtype).reshape(outputs.shape)
    return (outputs * counted).square().mean() / 64


def check_gradients(loss: torch.Tensor, case: dict[str, Any], **inputs: Any) -> None:
    for name, gradient in zip(inputs, torch.autograd.grad(loss, list(inputs.values())), strict=True):
        agree(gradient, case["expected"][f"gradient_{name}"])


@pytest.mark.parametrize("case", read("lora"))
def test_lora(case: dict[str, Any]) -> None:
    inputs, (rank, alpha) = case["inputs"], (case["parameters"]["rank"], case["parameters"]["alpha"])
    n_outputs, n_inputs = inputs["weight"].shape
    base = nn.Linear(n_inputs, n_outputs, bias="bias" in inputs).double()
    base.load_state_dict({name: inputs[name] for name in ("weight", "bias") if name in inputs})
    layer = LoRALinear(base, rank, alpha, generator=torch.Generator())
    layer.load_state_dict({"down": inputs["down"], "up": inputs["up"]}, strict=False)
    hidden = layer(inputs["x"]).tanh()
    outputs = nn.functional.linear(hidden, inputs["other_weight"], inputs["other_bias"])
    agree(outputs, case["expected"]["outputs"])
    check_gradients(weighted(outputs), case, down=layer.down, up=layer.up)
    agree(delta_weight(inputs["down"], inputs["up"], alpha), case["expected"]["delta"])
    agree(layer.merged().weight, nn.Parameter(case["expected"]["merged"]))


@pytest.mark.parametrize("case", read("prompt_tuning"))
def test_prompt_tuning(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    tokens, present, prompt = (inputs.pop(name) for name in ("tokens", "present", "prompt"))
    bert = BERT(9, max_length=12, width=6, depth=1, n_heads=2, mlp_width=5).double()
    bert.load_state_dict(inputs)
    prompt.requires_grad_()
    n_prompt = len(prompt)
    hidden = bert.encode(prepend(prompt, bert.embed_tokens(tokens)), prepend_present(n_prompt, present))
    seen = torch.cat([hidden[:, :n_prompt].flatten(0, 1), hidden[:, n_prompt:][present.bool()]])
    agree(seen, case["expected"]["seen"])
    check_gradients(weighted(seen), case, prompt=prompt)


@pytest.mark.parametrize(
    "case", read("prefix_tuning"), ids=lambda case: f"hidden-{case['parameters']['hidden']}"
)
def test_prefix_tuning(case: dict[str, Any]) -> None:
    inputs, sizes = case["inputs"], case["parameters"]
    n_tokens = len(inputs["embedding.weight"])
    prefix = Prefix(n_tokens, **sizes, generator=torch.Generator()).double()
    ours = {
        "embedding.weight": "source",
        **{f"transform.{k}": f"perceptron.{k}" for k in ("0.weight", "0.bias", "2.weight", "2.bias")},
    }
    prefix.load_state_dict({ours[name]: value for name, value in inputs.items()})
    agree(prefix.matrix(), nn.Parameter(case["expected"]["matrix"]))
    for layer, (keys, values) in enumerate(prefix()):
        agree(keys.detach(), case["expected"]["keys"][layer])
        agree(values.detach(), case["expected"]["values"][layer])


@pytest.mark.parametrize("case", read("adapters"))
def test_adapters(case: dict[str, Any]) -> None:
    tokens = case["inputs"].pop("tokens")
    named = {name: value.requires_grad_() for name, value in case["inputs"].items()}
    outputs = adapter(tokens, **named)
    agree(outputs, case["expected"]["outputs"])
    check_gradients(weighted(outputs), case, **named)
