"""CLIP: images and texts in one space, so that a class can be described in words.

Radford, Kim, Hallacy, Ramesh, Goh, Agarwal, Sastry, Askell, Mishkin, Clark, Krueger, Sutskever (2021):
Learning Transferable Visual Models From Natural Language Supervision. ICML. arXiv:2103.00020

| mathematics (figure 3) | name | shape | |
|---|---|---|---|
| I_f, T_f | image_encoder(...), text_encoder(...) | (n, d_i), (n, d_t) | features |
| W_i, W_t | image_projection, text_projection | (d_i, d_e), (d_t, d_e) | linear, no bias |
| I_e, T_e | images, texts | (n, d_e) | embeddings |
| t | log_scale | () | logarithm of the logits' scale, learned |
| logits = exp(t) cos(I_e, T_e) | pair_logits | (n, n) | rows are images |
| loss = (CE(logits) + CE(logits^T)) / 2 | contrastive_loss | () | image to text, text to image; i belongs to i |
| | prompts | (c, p, d_e) | p embedded descriptions of each class |
| | weights | (c, d_e) | section 3.1.4: one vector for each class |

**Departures.** Texts are cut into words, not byte pairs. Vectors are normalised inside the functions, so that
inputs may have any length. The image encoder is any network. The end of a text is its last token that is no
padding; the authors' code looks for the largest number among the tokens, which there is the end token's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import expect_counts, expect_positions, expect_positive, expect_shapes
from reference._transformer import Encoder, causal_mask
from reference.transfer import Probe, extract_features, fit_probe

FIRST_LOG_SCALE = math.log(1 / 0.07)  # section 2.5
LARGEST_LOG_SCALE = math.log(100)


def pair_logits(images: Tensor, texts: Tensor, log_scale: Tensor) -> Tensor:
    """Figure 3: exp(t) cos(I_e, T_e), for every image with every text. (n, d), (m, d), () -> (n, m)."""
    expect_shapes(images=(images, "n d"), texts=(texts, "m d"))
    cosines = functional.normalize(images, dim=1) @ functional.normalize(texts, dim=1).T
    return log_scale.exp() * cosines


def contrastive_loss(images: Tensor, texts: Tensor, log_scale: Tensor) -> Tensor:
    """Figure 3: text i belongs to image i and to no other. (n, d), (n, d), () -> ().

    >>> apart = torch.eye(2)
    >>> contrastive_loss(apart, apart, log_scale=torch.tensor(100.0).log())  # each text is nearest to its image
    tensor(0.)
    >>> contrastive_loss(apart, torch.ones(2, 2), log_scale=torch.tensor(0.0)).exp()  # all texts alike: a guess of two
    tensor(2.)
    """
    expect_shapes(images=(images, "n d"), texts=(texts, "n d"))
    logits = pair_logits(images, texts, log_scale)
    pairs = torch.arange(len(images), device=images.device)
    return (functional.cross_entropy(logits, pairs) + functional.cross_entropy(logits.T, pairs)) / 2


def class_weights(prompts: Tensor) -> Tensor:
    """Section 3.1.4, ensembling over the embedding space: mean of normalised prompts, normalised.

    (c, p, d): p descriptions of each of c classes -> (c, d).

    >>> class_weights(torch.tensor([[[5.0, 0.0], [0.0, 1.0]]]))  # of two directions, whatever their lengths
    tensor([[0.7071, 0.7071]])
    """
    expect_shapes(prompts=(prompts, "c p d"))
    return functional.normalize(functional.normalize(prompts, dim=2).mean(dim=1), dim=1)


def zero_shot_classifier(
    encode_text: Callable[[list[str]], Tensor], class_names: Sequence[str], templates: Sequence[str]
) -> Tensor:
    """Section 3.1: the weights of a classifier made of words alone. -> (c, d).

    encode_text: maps n texts to embeddings (n, d). templates: each with {} where the name of the class goes.
    """
    if not class_names or not templates or not all("{}" in template for template in templates):
        raise ValueError(
            f"class_names is {list(class_names)!r} and templates is {list(templates)!r}: pass at least one "
            "of each, and {} in every template where the name goes"
        )
    texts = [template.replace("{}", name) for name in class_names for template in templates]
    return class_weights(encode_text(texts).unflatten(0, (len(class_names), len(templates))))


def zero_shot_probabilities(images: Tensor, weights: Tensor, log_scale: Tensor) -> Tensor:
    """Section 3.1.2: softmax over the classes of the scaled cosines. (n, d), (c, d), () -> (n, c)."""
    return pair_logits(images, weights, log_scale).softmax(dim=1)


def linear_probe(image_encoder: nn.Module, images: Tensor, labels: Tensor, *, l2: float) -> Probe:
    """Section 3.2: logistic regression on the frozen features I_f, before the projection. (n, ...), (n,)."""
    return fit_probe(extract_features(image_encoder, images), labels, l2=l2)


class Words:
    """A vocabulary of words: texts to tokens, [start] words [end], then padding.

    >>> words = Words(["a large A", "a small B"])
    >>> words.tokens(["A small a"], length=6).tolist()
    [[1, 3, 6, 3, 2, 0]]
    """

    padding, start, end = 0, 1, 2

    def __init__(self, texts: Iterable[str]) -> None:
        known = sorted({word for text in texts for word in self.split(text)})
        self.index = {word: 3 + i for i, word in enumerate(known)}

    @staticmethod
    def split(text: str) -> list[str]:
        """Lower-case words and numbers."""
        return re.findall(r"\w+", text.lower())

    def __len__(self) -> int:
        """Number of tokens, the special ones included."""
        return 3 + len(self.index)

    def tokens(self, texts: Sequence[str], length: int) -> Tensor:
        """n texts -> (n, length). Raises ValueError for words that are not known and for texts too long."""
        rows = torch.full((len(texts), length), self.padding)
        for row, text in zip(rows, texts, strict=True):
            words = self.split(text)
            unknown = [word for word in words if word not in self.index]
            if unknown or len(words) + 2 > length:
                raise ValueError(
                    f"{text!r} has {len(words)} words, {unknown} of them not known: pass texts of at most "
                    f"{length - 2} words of the vocabulary"
                )
            row[: len(words) + 2] = torch.tensor([self.start, *(self.index[w] for w in words), self.end])
        return rows


class TextEncoder(nn.Module):
    """Section 2.4: a causal Transformer; the end token's vector, normed, is T_f. (n, t) -> (n, width)."""

    def __init__(
        self,
        n_words: int,
        max_length: int = 16,
        width: int = 64,
        depth: int = 2,
        n_heads: int = 4,
        mlp_width: int = 256,
        padding: int = 0,
    ) -> None:
        super().__init__()
        expect_counts(n_words=n_words, max_length=max_length)
        self.n_words, self.max_length, self.padding = n_words, max_length, padding
        self.tokens = nn.Embedding(n_words, width)
        self.positions = nn.Parameter(0.01 * torch.randn(max_length, width))
        self.encoder = Encoder(depth, width, n_heads, mlp_width, norm_first=True, norm_eps=1e-5)
        self.norm = nn.LayerNorm(width)
        nn.init.normal_(self.tokens.weight, std=0.02)

    def forward(self, tokens: Tensor) -> Tensor:
        sizes = expect_shapes(tokens=(tokens, "n t"))
        expect_positions(tokens=(tokens, self.n_words))
        if sizes["t"] > self.max_length:
            raise ValueError(f"there are {sizes['t']} tokens: pass at most {self.max_length}, the max_length")
        embedded = self.tokens(tokens) + self.positions[: sizes["t"]]
        hidden = self.encoder(embedded, causal_mask(sizes["t"], tokens.device))
        end = (tokens != self.padding).sum(dim=1) - 1
        return self.norm(hidden[torch.arange(len(tokens), device=tokens.device), end])


class CLIP(nn.Module):
    """Two encoders with linear projections into one space; image_width and text_width: of their features."""

    def __init__(
        self,
        image_encoder: nn.Module,
        image_width: int,
        text_encoder: nn.Module,
        text_width: int,
        width: int = 64,
    ) -> None:
        super().__init__()
        expect_counts(image_width=image_width, text_width=text_width, width=width)
        self.image_encoder, self.text_encoder = image_encoder, text_encoder
        self.image_projection = nn.Parameter(torch.randn(image_width, width) * image_width**-0.5)
        self.text_projection = nn.Parameter(torch.randn(text_width, width) * text_width**-0.5)
        self.log_scale = nn.Parameter(torch.tensor(FIRST_LOG_SCALE))

    def embed_images(self, images: Tensor) -> Tensor:
        """I_e = I_f W_i, not normalised. (n, ...) -> (n, width)."""
        return self.image_encoder(images) @ self.image_projection

    def embed_texts(self, tokens: Tensor) -> Tensor:
        """T_e = T_f W_t, not normalised. (n, t) -> (n, width)."""
        return self.text_encoder(tokens) @ self.text_projection

    def forward(self, images: Tensor, tokens: Tensor) -> Tensor:
        """The loss of n images with their n texts. -> ()."""
        return contrastive_loss(self.embed_images(images), self.embed_texts(tokens), self.log_scale)


def train(
    model: CLIP,
    images: Tensor,
    tokens: Tensor,
    *,
    n_steps: int,
    batch_size: int,
    lr: float,
    device: torch.device | str,
    generator: torch.Generator,
) -> list[float]:
    """n_steps steps of AdamW, rate lr, each on batch_size different pairs drawn from `generator`.

    images (n, ...), tokens (n, t): text i describes image i. The scale never exceeds 100 (section 2.5).
    Returns the loss of each step; the model ends on `device`, in training mode.
    """
    expect_counts(0, n_steps=n_steps)
    expect_counts(2, batch_size=batch_size)
    expect_positive(lr=lr)
    expect_shapes(tokens=(tokens, f"{len(images)} t"))
    model.to(device).train()
    images, tokens = images.to(device), tokens.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    losses = []
    for _ in range(n_steps):
        order = torch.randperm(len(images), generator=generator, device=generator.device)
        batch = order[:batch_size].to(device)
        optimizer.zero_grad()
        loss = model(images[batch], tokens[batch])
        loss.backward()
        optimizer.step()
        model.log_scale.data.clamp_(max=LARGEST_LOG_SCALE)
        losses.append(loss.detach())
    return [loss.item() for loss in losses]
