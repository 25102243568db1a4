"""BERT: a Transformer encoder that learns language by filling gaps and by telling which sentence follows.

Devlin, Chang, Lee, Toutanova (2018): BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding. NAACL 2019. arXiv:1810.04805

| mathematics | name | shape | |
|---|---|---|---|
| | tokens | (b, t) | integers in 0 ... v - 1: [CLS] A [SEP] B [SEP], then padding |
| | segments | (b, t) | 0 for sentence A, 1 for sentence B (figure 2) |
| | present | (b, t) | bool: False where there is padding |
| E | embed(...) | (b, t, d) | token + position + segment, normed |
| T_i | forward(...) | (b, t, d) | last hidden vector of each token |
| C | pooled | (b, d) | from the vector of [CLS] |
| | selected | (b, t) | bool: tokens to predict, 15 % of each sequence |
| | corrupted | (b, t) | 80 % of those are [MASK], 10 % random, 10 % as they were |
| | token_logits | (b, t, v) | |
| | order_logits | (b, 2) | first column: B follows A (IsNext) |
| L_mask = -mean log p(token) | masked_token_loss | () | over the selected tokens |
| L_next = -mean log p(order) | next_sentence_loss | () | over the pairs |
| L = L_mask + L_next | pretraining_loss | () | appendix A.2 |

**Departures.** No dropout. Random tokens are drawn from the whole vocabulary, as in the authors' code; the
15 % are of the words, where the authors count [CLS] and [SEP] too. Sentences are single, where the authors
fill the sequence with as many as fit; a random second sentence comes from another document, as there. Pairs
that are too long lose the end of the longer sentence, where the authors choose by chance which end. Tokens
come from any tokeniser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import expect_counts, expect_fraction, expect_positions, expect_shapes
from reference._transformer import Encoder, KeysValues, padding_mask

Sentence = Sequence[int]


class Special(NamedTuple):
    """The tokens that are not words."""

    padding: int = 0
    start: int = 1
    separator: int = 2
    mask: int = 3


SPECIAL = Special()


class Batch(NamedTuple):
    """Packed pairs of sentences: tokens, segments and present (b, t), is_next (b,)."""

    tokens: Tensor
    segments: Tensor
    present: Tensor
    is_next: Tensor


def sample_pairs(
    documents: Sequence[Sequence[Sentence]], n_pairs: int, generator: torch.Generator
) -> list[tuple[Sentence, Sentence, bool]]:
    """Section 3.1, task 2: pairs (A, B, B follows A); by a fair coin, B comes from another document instead.

    Documents are lists of sentences. A is a uniform choice among the sentences that have a next one.
    Raises ValueError when there are fewer than two documents, or none has two sentences.
    """
    expect_counts(n_pairs=n_pairs)
    starts = [(d, s) for d, document in enumerate(documents) for s in range(len(document) - 1)]
    if len(documents) < 2 or not starts or not all(documents):
        raise ValueError(
            f"there are {len(documents)} documents of {[len(d) for d in documents[:9]]} sentences: "
            "pass at least two, none of them empty, one of them with two sentences"
        )
    pairs = []
    for _ in range(n_pairs):
        d, s = starts[_draw(len(starts), generator)]
        is_next = _draw(2, generator) == 0
        if is_next:
            second = documents[d][s + 1]
        else:
            other = documents[(d + 1 + _draw(len(documents) - 1, generator)) % len(documents)]
            second = other[_draw(len(other), generator)]
        pairs.append((documents[d][s], second, is_next))
    return pairs


def pack(pairs: Sequence[tuple[Sentence, Sentence, bool]], length: int, special: Special = SPECIAL) -> Batch:
    """Figure 2: [CLS] A [SEP] B [SEP], padded to `length`. While too long, the longer sentence loses its end.

    >>> pack([([5, 6], [7], True)], 7).tokens.tolist()
    [[1, 5, 6, 2, 7, 2, 0]]
    """
    expect_counts(5, length=length)
    tokens = torch.full((len(pairs), length), special.padding)
    segments, present = torch.zeros_like(tokens), torch.zeros_like(tokens, dtype=torch.bool)
    for row, (first, second, _) in enumerate(pairs):
        a, b = list(first), list(second)
        while len(a) + len(b) + 3 > length:
            (a if len(a) > len(b) else b).pop()
        packed = [special.start, *a, special.separator, *b, special.separator]
        tokens[row, : len(packed)] = torch.tensor(packed)
        segments[row, len(a) + 2 : len(packed)] = 1
        present[row, : len(packed)] = True
    return Batch(tokens, segments, present, torch.tensor([is_next for *_, is_next in pairs]))


def select_tokens(candidates: Tensor, generator: torch.Generator, share: float = 0.15) -> Tensor:
    """Section 3.1, task 1: in each row, round(share * candidates) of them, at least one. (b, t) -> (b, t).

    candidates: bool, the tokens that may be selected: words, not [CLS], [SEP] or padding.
    """
    expect_shapes(candidates=(candidates, "b t"))
    expect_fraction(share=share)
    counts = candidates.sum(dim=1, keepdim=True)
    wanted = (share * counts).round().clamp(min=1)
    keys = torch.rand(candidates.shape, generator=generator, device=generator.device).to(candidates.device)
    ranks = keys.masked_fill(~candidates, torch.inf).argsort(dim=1).argsort(dim=1)
    return candidates & (ranks < wanted)


def corrupt(
    tokens: Tensor, selected: Tensor, *, n_words: int, mask_token: int, generator: torch.Generator
) -> Tensor:
    """Section 3.1, task 1: a selected token is [MASK] in 80 %, a random one in 10 %, itself in 10 % of cases.

    tokens (b, t) in 0 ... n_words - 1, selected (b, t) bool -> (b, t); the rest stays as it is.
    """
    expect_shapes(tokens=(tokens, "b t"), selected=(selected, "b t"))
    expect_positions(tokens=(tokens, n_words), mask_token=(torch.tensor(mask_token), n_words))
    device = generator.device
    dice = torch.rand(tokens.shape, generator=generator, device=device).to(tokens.device)
    random = torch.randint(n_words, tokens.shape, generator=generator, device=device).to(tokens)
    changed = torch.where(dice < 0.8, mask_token, torch.where(dice < 0.9, random, tokens))
    return torch.where(selected, changed, tokens)


def masked_token_loss(token_logits: Tensor, tokens: Tensor, selected: Tensor) -> Tensor:
    """Mean cross-entropy at the selected positions. (b, t, v), tokens before masking (b, t), (b, t) -> ()."""
    expect_shapes(token_logits=(token_logits, "b t v"), tokens=(tokens, "b t"), selected=(selected, "b t"))
    if not bool(selected.any()):
        raise ValueError("no token is selected: pass at least one position to predict")
    return functional.cross_entropy(token_logits[selected], tokens[selected])


def next_sentence_loss(order_logits: Tensor, is_next: Tensor) -> Tensor:
    """Mean cross-entropy; column 0 stands for B follows A. (b, 2), (b,) bool -> ()."""
    expect_shapes(order_logits=(order_logits, "b 2"), is_next=(is_next, "b"))
    return functional.cross_entropy(order_logits, (~is_next.bool()).long())


class BERT(nn.Module):
    """tokens (b, t) -> (b, t, width). In parts: `embed_tokens`, `embed`, then `encode`."""

    def __init__(
        self,
        n_words: int,
        max_length: int = 64,
        width: int = 64,
        depth: int = 4,
        n_heads: int = 4,
        mlp_width: int = 256,
    ) -> None:
        super().__init__()
        expect_counts(n_words=n_words, max_length=max_length)
        self.n_words, self.max_length = n_words, max_length
        self.tokens = nn.Embedding(n_words, width)
        self.positions = nn.Embedding(max_length, width)
        self.segments = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.encoder = Encoder(depth, width, n_heads, mlp_width, norm_first=False, norm_eps=1e-12)
        self.pooler = nn.Linear(width, width)
        self.apply(_initialise)

    def embed_tokens(self, tokens: Tensor) -> Tensor:
        """(b, t) -> (b, t, d), without positions: what prompt tuning prepends to."""
        expect_shapes(tokens=(tokens, "b t"))
        expect_positions(tokens=(tokens, self.n_words))
        return self.tokens(tokens)

    def embed(self, embedded_tokens: Tensor, segments: Tensor | None = None) -> Tensor:
        """Figure 2: token + position + segment, then layer norm. (b, t, d), (b, t) -> (b, t, d)."""
        sizes = expect_shapes(embedded_tokens=(embedded_tokens, "b t d"))
        if sizes["t"] > self.max_length:
            raise ValueError(f"there are {sizes['t']} tokens: pass at most {self.max_length}, the max_length")
        positions = self.positions.weight[: sizes["t"]]
        segment = self.segments.weight[0] if segments is None else self.segments(segments)
        return self.norm(embedded_tokens + positions + segment)

    def encode(
        self,
        embedded_tokens: Tensor,
        present: Tensor | None = None,
        segments: Tensor | None = None,
        prefixes: Sequence[KeysValues] | None = None,
    ) -> Tensor:
        """The encoder on embedded tokens; padding is not looked at. (b, t, d) -> (b, t, d)."""
        mask = None if present is None else padding_mask(present)
        return self.encoder(self.embed(embedded_tokens, segments), mask, prefixes)

    def forward(
        self, tokens: Tensor, present: Tensor | None = None, segments: Tensor | None = None
    ) -> Tensor:
        return self.encode(self.embed_tokens(tokens), present, segments)

    def pooled(self, hidden: Tensor) -> Tensor:
        """C = tanh of a linear map of the first token's vector, which is [CLS]'s. (b, t, d) -> (b, d)."""
        return self.pooler(hidden[:, 0]).tanh()


class PretrainingHeads(nn.Module):
    """What stands on BERT in pre-training. hidden (b, t, d) -> token_logits (b, t, v), order_logits (b, 2).

    The tokens' output vectors are their embeddings: one matrix for both.
    """

    def __init__(self, bert: BERT) -> None:
        super().__init__()
        self.bert = bert
        width = bert.tokens.embedding_dim
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width, eps=1e-12))
        self.bias = nn.Parameter(torch.zeros(bert.n_words))
        self.order = nn.Linear(width, 2)
        self.transform.apply(_initialise)
        self.order.apply(_initialise)

    def forward(self, tokens: Tensor, present: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.bert(tokens, present, segments)
        token_logits = functional.linear(self.transform(hidden), self.bert.tokens.weight, self.bias)
        return token_logits, self.order(self.bert.pooled(hidden))


def pretraining_loss(
    model: PretrainingHeads, batch: Batch, *, generator: torch.Generator, special: Special = SPECIAL
) -> Tensor:
    """Appendix A.2: masked-token loss plus next-sentence loss, with gaps drawn from `generator`. -> ()."""
    tokens, segments, present, is_next = batch
    words = present & (tokens != special.start) & (tokens != special.separator)
    selected = select_tokens(words, generator)
    n_words = model.bert.n_words
    corrupted = corrupt(tokens, selected, n_words=n_words, mask_token=special.mask, generator=generator)
    token_logits, order_logits = model(corrupted, present, segments)
    return masked_token_loss(token_logits, tokens, selected) + next_sentence_loss(order_logits, is_next)


def _initialise(module: nn.Module) -> None:
    """As in the authors' code: weights normal with deviation 0.02, cut at two deviations, biases 0."""
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.trunc_normal_(module.weight, std=0.02, a=-0.04, b=0.04)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


def _draw(n: int, generator: torch.Generator) -> int:
    return int(torch.randint(n, (), generator=generator, device=generator.device))
