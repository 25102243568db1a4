"""CLIP: the symmetric loss in loops and closed forms, the zero-shot classifier, the vocabulary, training."""

from __future__ import annotations

import doctest
import math
from random import Random
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference import clip
from reference.clip import (
    CLIP,
    TextEncoder,
    Words,
    class_weights,
    contrastive_loss,
    linear_probe,
    pair_logits,
    train,
    zero_shot_classifier,
    zero_shot_probabilities,
)
from reference.transfer import fit_probe
from tests.reference.strategies import matrices, seeds, sizes
from tests.reference.test_prototypical import small_net
from tests.reference.test_transformer import randomised

scale = torch.tensor(1.5, dtype=torch.float64)


@st.composite
def pairs(draw: st.DrawFn) -> torch.Tensor:
    """Embeddings of images and texts, (n, d) each."""
    n, d, seed = draw(sizes), draw(st.integers(2, 5)), draw(seeds)
    return torch.randn(2, n, d, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(clip).failed == 0


# --------------------------------------------------------------------------------------------------- loss


@given(matrices(sizes, 3), matrices(sizes, 3))
def test_logits_are_scaled_cosines(images: torch.Tensor, texts: torch.Tensor) -> None:
    expected = math.exp(1.5) * torch.cosine_similarity(images.unsqueeze(1), texts, dim=2)
    assert_close(pair_logits(images, texts, scale), expected)
    assert_close(pair_logits(3 * images, texts / 7, scale), expected)


@given(pairs())
def test_the_loss_in_a_loop(data: torch.Tensor) -> None:
    images, texts = data
    n = len(images)
    logits = (math.exp(1.5) * torch.cosine_similarity(images.unsqueeze(1), texts, dim=2)).tolist()
    cost = 0.0
    for i in range(n):
        cost += math.log(sum(math.exp(logits[i][j]) for j in range(n))) - logits[i][i]
        cost += math.log(sum(math.exp(logits[j][i]) for j in range(n))) - logits[i][i]
    assert contrastive_loss(images, texts, scale).item() == pytest.approx(cost / (2 * n))


@given(pairs(), st.randoms(use_true_random=False))
def test_the_loss_is_symmetric_and_ignores_the_order_of_pairs(data: torch.Tensor, random: Random) -> None:
    images, texts = data
    order = list(range(len(images)))
    random.shuffle(order)
    loss = contrastive_loss(images, texts, scale)
    assert_close(contrastive_loss(texts, images, scale), loss)
    assert_close(contrastive_loss(images[order], texts[order], scale), loss)


@given(sizes)
def test_equal_embeddings_cost_log_n(n: int) -> None:
    ones = torch.ones(n, 3)
    assert contrastive_loss(ones, ones, torch.tensor(2.0)).item() == pytest.approx(math.log(n), abs=1e-6)


@given(st.integers(1, 6), st.floats(0, 4))
def test_orthogonal_pairs_have_a_closed_form(n: int, t: float) -> None:
    eye = torch.eye(n, dtype=torch.float64)
    loss = contrastive_loss(eye, eye, torch.tensor(t, dtype=torch.float64))
    assert loss.item() == pytest.approx(math.log(1 + (n - 1) * math.exp(-math.exp(t))))


def test_gradients_agree_with_finite_differences() -> None:
    images, texts = torch.randn(2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    inputs = (images.requires_grad_(), texts.requires_grad_(), scale.clone().requires_grad_())
    assert torch.autograd.gradcheck(contrastive_loss, inputs)


# ---------------------------------------------------------------------------------------------- zero-shot


@given(matrices(sizes, sizes, 3))
def test_class_weights_are_unit_means_of_unit_prompts(prompts: torch.Tensor) -> None:
    weights = class_weights(prompts)
    for weight, of_class in zip(weights.tolist(), prompts.tolist(), strict=True):
        units = [[x / math.hypot(*prompt) for x in prompt] for prompt in of_class]
        mean = [sum(column) for column in zip(*units, strict=True)]
        assert weight == pytest.approx([x / math.hypot(*mean) for x in mean])


def encode(texts: list[str]) -> torch.Tensor:
    """Embeds a text by the letters in it."""
    return torch.tensor([[text.count(letter) + 0.5 for letter in "abc"] for text in texts])


def test_the_classifier_embeds_every_class_in_every_template() -> None:
    seen = []

    def recording(texts: list[str]) -> torch.Tensor:
        seen.extend(texts)
        return encode(texts)

    weights = zero_shot_classifier(recording, ["aa", "b"], ["a drawn {}.", "{}, bold", "{}"])
    assert seen == ["a drawn aa.", "aa, bold", "aa", "a drawn b.", "b, bold", "b"]
    expected = torch.stack([encode(seen[:3]), encode(seen[3:])])
    assert_close(weights, class_weights(expected))


def test_the_nearest_class_is_most_probable() -> None:
    weights = zero_shot_classifier(encode, ["aaa", "bbb", "ccc"], ["{}"])
    p = zero_shot_probabilities(encode(["cc", "a"]), weights, torch.tensor(3.0))
    assert p.argmax(dim=1).tolist() == [2, 0]
    assert_close(p.sum(dim=1), torch.ones(2))
    assert_close(
        p,
        (math.exp(3.0) * torch.cosine_similarity(encode(["cc", "a"]).unsqueeze(1), weights, dim=2)).softmax(
            1
        ),
    )


@pytest.mark.parametrize(("names", "templates"), [([], ["{}"]), (["a"], []), (["a"], ["{}", "no place"])])
def test_templates_have_a_place_for_the_name(names: list[Any], templates: list[Any]) -> None:
    with pytest.raises(ValueError, match="in every template where the name goes"):
        zero_shot_classifier(encode, names, templates)


def test_the_probe_reads_features_before_the_projection() -> None:
    images, labels = torch.rand(12, 1, 16, 16), torch.arange(3).repeat(4)
    net = small_net()
    probe = linear_probe(net, images, labels, l2=0.1)
    expected = fit_probe(net.eval()(images).detach(), labels, l2=0.1)
    assert_close(probe.weight, expected.weight)


# -------------------------------------------------------------------------------------------------- texts


@given(st.lists(st.sampled_from(["small", "large", "b", "7"]), max_size=4))
def test_words_become_tokens(chosen: list[Any]) -> None:
    words = Words(["Large B!", "small, 7"])
    assert len(words) == 7
    row = words.tokens([" ".join(chosen).upper()], 6)[0].tolist()
    names = {number: word for word, number in words.index.items()}
    assert row[0] == Words.start
    assert [names[token] for token in row[1 : 1 + len(chosen)]] == chosen
    assert row[1 + len(chosen) :] == [Words.end] + [Words.padding] * (4 - len(chosen))


@pytest.mark.parametrize("text", ["a green b", "a b a b"])
def test_unknown_words_and_long_texts_are_refused(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"has \d words, \[.*\] of them not known: pass texts of at most 3 words"
    ):
        Words(["a b"]).tokens([text], 5)


def text_encoder() -> TextEncoder:
    torch.manual_seed(0)
    return randomised(TextEncoder(9, max_length=7, width=8, depth=2, n_heads=2, mlp_width=16))


def test_a_text_is_read_at_its_end_and_padding_does_not_matter() -> None:
    net = text_encoder()
    tokens = torch.tensor([[1, 5, 6, 2], [1, 8, 2, 0]])
    padded = torch.cat([tokens, torch.zeros(2, 3).long()], dim=1)
    assert_close(net(padded), net(tokens))
    assert_close(net(tokens[1:, :3]), net(tokens)[1:])
    hidden = net.encoder(net.tokens(tokens) + net.positions[:4], torch.ones(4, 4).bool().tril())
    assert_close(net(tokens), net.norm(torch.stack([hidden[0, 3], hidden[1, 2]])))


def test_a_text_encoder_explains_wrong_tokens() -> None:
    with pytest.raises(ValueError, match="tokens holds values from 9 to 9: pass 0 to 8"):
        text_encoder()(torch.tensor([[9]]))
    with pytest.raises(ValueError, match="there are 8 tokens: pass at most 7"):
        text_encoder()(torch.ones(1, 8).long())


# ----------------------------------------------------------------------------------------------- training


STEPS: dict[str, Any] = {"n_steps": 100, "batch_size": 4, "lr": 0.01, "device": "cpu"}


def model(n_words: int) -> CLIP:
    torch.manual_seed(0)
    images = nn.Sequential(nn.Flatten(), nn.Linear(36, 16), nn.ReLU())
    texts = TextEncoder(n_words, max_length=9, width=16, depth=1, n_heads=2, mlp_width=32)
    return CLIP(images, 16, texts, 16, width=8)


def test_the_model_projects_and_compares() -> None:
    net = model(9)
    images, tokens = torch.rand(4, 1, 6, 6), torch.tensor([[1, 3, 2], [1, 4, 2], [1, 5, 2], [1, 6, 2]])
    embedded = (
        net.image_encoder(images) @ net.image_projection,
        net.text_encoder(tokens) @ net.text_projection,
    )
    assert_close(net(images, tokens), contrastive_loss(*embedded, torch.tensor(math.log(1 / 0.07))))


def test_training_matches_images_with_their_texts() -> None:
    """Bars at one of three heights with one of two lengths, and a sentence for each."""
    names = [(height, length) for height in ("top", "middle", "bottom") for length in ("short", "long")]
    texts = [f"a {length} bar at the {height}" for height, length in names]
    words = Words(texts)
    images = torch.zeros(6, 1, 6, 6)
    for i in range(6):
        images[i, 0, i // 2 * 2 : i // 2 * 2 + 2, : 2 + i % 2 * 4] = 1
    net = model(len(words)).eval()
    state = torch.get_rng_state()
    losses = train(net, images, words.tokens(texts, 9), **STEPS, generator=torch.Generator().manual_seed(0))
    assert torch.equal(torch.get_rng_state(), state)
    assert net.training
    assert len(losses) == 100
    assert sum(losses[-5:]) / 5 < 0.5 * math.log(4)  # chance is log 4
    weights = zero_shot_classifier(
        lambda t: net.embed_texts(words.tokens(t, 9)), ["top", "middle", "bottom"], ["a long bar at the {}"]
    )
    p = zero_shot_probabilities(net.embed_images(images[1::2]), weights, net.log_scale)
    assert p.argmax(dim=1).tolist() == [0, 1, 2]


def test_the_scale_never_exceeds_one_hundred() -> None:
    net = model(9)
    net.log_scale.data.fill_(7.0)
    tokens = torch.tensor([[1, 3, 2], [1, 4, 2], [1, 5, 2]])
    setting = STEPS | {"n_steps": 1, "batch_size": 3}
    train(net, torch.rand(3, 1, 6, 6), tokens, **setting, generator=torch.Generator().manual_seed(0))
    assert net.log_scale.exp().item() == pytest.approx(100)
