"""ViT, BERT, CLIP and the linear probe agree with the values that other implementations returned once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch.testing import assert_close

from reference import bert, clip
from reference.transfer import fit_probe
from reference.vit import VisionTransformer
from tests.golden.vectors import read

agree = partial(assert_close, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("case", read("vit"))
def test_vit(case: dict[str, Any]) -> None:
    images = case["inputs"].pop("images")
    net = VisionTransformer(**case["parameters"]).double()
    net.load_state_dict(case["inputs"])
    with torch.no_grad():
        agree(net.embed(images), case["expected"]["embedded"])
        agree(net.encode(net.embed(images)), case["expected"]["encoded"])
        agree(net(images), case["expected"]["encoded"][:, 0])


@pytest.mark.parametrize("case", read("bert"))
def test_bert(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    tokens, truth, segments = (inputs.pop(name) for name in ("tokens", "truth", "segments"))
    present, selected, is_next = (inputs.pop(name).bool() for name in ("present", "selected", "is_next"))
    net = bert.BERT(**case["parameters"], n_heads=2, mlp_width=5)
    model = bert.PretrainingHeads(net).double()
    model.load_state_dict(inputs)
    with torch.no_grad():
        token_logits, order_logits = model(tokens, present, segments)
    agree(token_logits[present], case["expected"]["token_logits"])
    agree(order_logits, case["expected"]["order_logits"])
    both = bert.masked_token_loss(token_logits, truth, selected) + bert.next_sentence_loss(
        order_logits, is_next
    )
    agree(both, case["expected"]["loss"])


@pytest.mark.parametrize("case", read("clip"))
def test_clip_loss(case: dict[str, Any]) -> None:
    named = {name: case["inputs"][name].requires_grad_() for name in ("images", "texts", "log_scale")}
    loss = clip.contrastive_loss(**named)
    agree(loss, case["expected"]["loss"])
    for name, gradient in zip(named, torch.autograd.grad(loss, list(named.values())), strict=True):
        agree(gradient, case["expected"][f"gradient_{name}"])


@pytest.mark.parametrize("case", read("clip"))
def test_clip_zero_shot_classifier(case: dict[str, Any]) -> None:
    vocabulary = case["inputs"]["vocabulary"]

    def encode_text(texts: list[str]) -> torch.Tensor:
        first, second = torch.tensor([[int(word) for word in text.split()] for text in texts]).T
        return vocabulary[first] + 0.5 * vocabulary[second]

    parameters = case["parameters"]
    weights = clip.zero_shot_classifier(encode_text, parameters["classes"], parameters["templates"])
    agree(weights, case["expected"]["class_weights"])


@pytest.mark.parametrize("case", read("transfer"), ids=lambda case: f"l2-{case['parameters']['l2']}")
def test_the_probe(case: dict[str, Any]) -> None:
    """1e-6: both stop where the slope is small, not at the same place."""
    probe = fit_probe(case["inputs"]["features"], case["inputs"]["labels"], l2=case["parameters"]["l2"])
    probabilities = probe.log_probabilities(case["inputs"]["asked"]).exp()
    assert_close(probabilities, case["expected"]["probabilities"], rtol=1e-6, atol=1e-9)
