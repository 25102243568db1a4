"""BERT on real English: the topics of Python's language reference, which every Python brings along (pydoc_data.topics).

Documents are topics, sentences their sentences. One topic in eight is held out; there BERT fills gaps (15 % of the words)
and says whether the second sentence follows the first. Beside it: always guessing the most frequent word.
`python -m benchmarks.accuracy.self_supervised --methods bert` runs it.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from typing import Any

import torch

from benchmarks.accuracy._runs import Figures, Task, Tick
from reference.bert import (
    BERT,
    SPECIAL,
    PretrainingHeads,
    corrupt,
    pack,
    pretraining_loss,
    sample_pairs,
    select_tokens,
)
from reference.transfer import evaluating

RECIPE: dict[str, Any] = {
    "steps": 1500,
    "batch": 32,
    "lr": 0.001,
    "length": 40,
    "words": 1500,
    "width": 64,
    "depth": 2,
}
UNKNOWN = 4  # after the special tokens


def sentences() -> list[list[list[str]]]:
    """Topics as lists of sentences, sentences as lists of lower-case words; code and tables are left out."""
    from pydoc_data.topics import topics

    documents = []
    for text in topics.values():
        paragraphs = [p for p in text.split("\n\n") if not p.startswith(("   ", "*", "=", "-", "|", "+"))]
        found = [
            re.findall(r"[a-z]+|[.,;:()]", sentence.lower())
            for paragraph in paragraphs
            for sentence in re.split(r"(?<=[.?!])\s+", " ".join(paragraph.split()))
        ]
        documents.append([words for words in found if 5 <= len(words) <= 60])
    return [document for document in documents if len(document) >= 2]


def learn(task: Task, options: argparse.Namespace, tick: Tick) -> Figures:
    recipe = task.recipe
    steps = 2 if options.quick else recipe["steps"]
    documents = sentences()
    counts = Counter(word for document in documents for words in document for word in words)
    index = {word: UNKNOWN + 1 + i for i, (word, _) in enumerate(counts.most_common(recipe["words"]))}
    coded = [[[index.get(w, UNKNOWN) for w in words] for words in document] for document in documents]
    training = [document for i, document in enumerate(coded) if i % 8]
    held_out = [document for i, document in enumerate(coded) if i % 8 == 0]
    torch.manual_seed(task.seed)
    generator = torch.Generator().manual_seed(task.seed)
    bert = BERT(UNKNOWN + 1 + recipe["words"], recipe["length"], recipe["width"], recipe["depth"])
    model = PretrainingHeads(bert).to(task.device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe["lr"], weight_decay=0.01)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe["lr"] * min((step + 1) / 100, 1 - step / steps)
        batch = pack(sample_pairs(training, recipe["batch"], generator), recipe["length"])
        batch = type(batch)(*(part.to(task.device) for part in batch))
        optimizer.zero_grad()
        pretraining_loss(model, batch, generator=generator).backward()
        optimizer.step()
        tick((step + 1) / steps)
    frequent = Counter(t for document in training for words in document for t in words if t != UNKNOWN)
    return judged(model, held_out, frequent.most_common(1)[0][0], recipe, task)


def judged(
    model: PretrainingHeads, documents: Any, most_frequent: int, recipe: dict[str, Any], task: Task
) -> Figures:
    """On sentences never seen: share of gaps filled rightly, and of pairs told rightly. Unknown words do not count."""
    generator = torch.Generator().manual_seed(12)
    gaps, guessed, pairs = [], [], []
    with evaluating(model), torch.no_grad():
        for _ in range(20):
            batch = pack(sample_pairs(documents, 64, generator), recipe["length"])
            tokens, segments, present, is_next = (part.to(task.device) for part in batch)
            known = present & (tokens > UNKNOWN)
            selected = select_tokens(known, generator)
            n_words = model.bert.n_words
            hidden = corrupt(tokens, selected, n_words=n_words, mask_token=SPECIAL.mask, generator=generator)
            token_logits, order_logits = model(hidden, present, segments)
            truth = tokens[selected]
            gaps.append(token_logits[selected].argmax(dim=1) == truth)
            guessed.append(truth == most_frequent)
            pairs.append((order_logits.argmax(dim=1) == 0) == is_next)
    shares = {"gaps": gaps, "most frequent": guessed, "next": pairs}
    return {name: round(100 * float(torch.cat(parts).double().mean()), 3) for name, parts in shares.items()}
