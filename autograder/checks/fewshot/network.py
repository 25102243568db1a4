"""`EmbeddingNet`: an nn.Module that embeds images (n, 1, 28, 28) as vectors (n, d)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.laws import (
    Call,
    Law,
    Student,
    Tensor,
    Violation,
    check,
    close,
    described,
    eps,
    first,
    function,
    not_finite,
    tensor,
    values,
)

READ = "Exercise 5 of this notebook; Snell et al. (2017), section 3.1, the embedding architecture"

EXERCISE = "embedding_net"
NET = Student("EmbeddingNet")


def images(count: int, seed: int) -> np.ndarray:
    """Strokes on an empty page (count, 1, 28, 28), float32 in [0, 1]: no two alike, no two of the same amount of ink."""
    source = np.random.default_rng(seed)
    page = np.zeros((count, 1, 28, 28), dtype=np.float32)
    for i in range(count):
        for _ in range(2 + i % 4):
            row, column, length = source.integers(3, 20, size=3)
            page[i, 0, row : row + 3, column : column + 4 + length // 3] = 1.0
            page[i, 0, row : row + 4 + length // 3, column : column + 3] = 0.75
    return page


def embeds(out: Any, call: Call) -> Violation | None:
    """{"embeddings": [(n, d) float tensors], ...} with one d."""
    found = out.get("embeddings") if isinstance(out, dict) else None
    if not isinstance(found, list) or len(found) != len(call.arguments["images"]):
        return Violation(
            "EmbeddingNet() does not embed images.", described(out), "a network that maps images to (n, d)"
        )
    widths = set()
    for batch, embedded in zip(call.arguments["images"], found, strict=True):
        broken = tensor(embedded, "the embedding")
        if broken is not None:
            return broken
        if len(embedded.shape) != 2 or embedded.shape[0] != len(batch):
            wanted = f"shape ({len(batch)}, d)"
            return Violation(
                f"{len(batch)} images are embedded in the wrong shape.", f"shape {embedded.shape}", wanted
            )
        if embedded.dtype not in ("float32", "float64"):
            return Violation(
                "The embedding has the wrong dtype.",
                f"torch.{embedded.dtype}",
                "torch.float32 or torch.float64",
            )
        widths.add(embedded.shape[1])
    if len(widths) > 1:
        return Violation(
            "The number of features changes from batch to batch.", f"d = {sorted(widths)}", "one d"
        )
    return None


embed_images = function(
    "fixtures:embed_images",
    "network",
    "images",
    "train_first",
    form=embeds,
    label="EmbeddingNet().eval()(images), for each batch of images",
)
embed_with_state = function(
    "fixtures:embed_with_state",
    "network",
    "images",
    label="EmbeddingNet(), loaded with the state_dict of another one",
)
embed_on_a_gpu = function(
    "fixtures:embed_on_a_gpu", "network", "images", form=embeds, label='EmbeddingNet().to("cuda")(images)'
)
network_facts = function(
    "fixtures:network_facts", "network", "images", label="EmbeddingNet()(images).sum().backward()"
)


def bound(*embedded: Tensor) -> float:
    """Convolutions choose their algorithm by batch size: products of a few thousand terms, in another order."""
    scale = max(float(np.abs(values(each)).max(initial=0.0)) for each in embedded)
    return 1000.0 * eps(*embedded) * (1.0 + scale)


@check(EXERCISE, precondition=True)
def makes_one_vector_per_image(seed: int) -> Law:
    """EmbeddingNet() embeds n images (n, 1, 28, 28) as n vectors (n, d) of finite numbers, with one d, n = 1 included."""
    empty_page = np.zeros((1, 1, 28, 28), dtype=np.float32)
    batches = [images(4, seed), images(1, seed + 1), np.concatenate([images(6, seed + 2), empty_page])]

    def judge(out: Any) -> Violation | None:
        return first(*(not_finite(each, "the embedding") for each in out["embeddings"]))

    return Law(
        (embed_images(NET, batches, False), embed_images(NET, batches, True)),
        lambda a, b: judge(a) or judge(b),
    )


@check(EXERCISE, start=st.integers(0, 1000), examples=3)
def evaluation_is_repeatable(start: int) -> Law:
    """In evaluation mode the same image has the same embedding each time."""
    batch = images(5, start)

    def judge(out: Any) -> Violation | None:
        one, other = out["embeddings"]
        return close(other, values(one), bound(one, other), "the second embedding", why=", as the first time")

    return Law((embed_images(NET, [batch, batch], True),), judge)


@check(EXERCISE, start=st.integers(0, 1000), examples=3, weight=2, essential=True)
def images_are_independent_in_evaluation(start: int) -> Law:
    """In evaluation mode an image has the same embedding alone as in a batch, whatever the others are."""
    batch, others = images(6, start), images(6, start + 50)
    mixed = np.concatenate([batch[:1], others[1:] * 0.5])

    def judge(out: Any) -> Violation | None:
        together, alone, among_others = out["embeddings"]
        wanted = values(together)[:1]
        within = bound(together)
        by_itself = close(alone, wanted, within, "the embedding of an image alone", why=", as in its batch")
        in_company = close(
            values(among_others)[:1],
            wanted,
            within,
            "the embedding among other images",
            why=", as in its batch",
        )
        broken = by_itself or in_company
        if broken is None:
            return None
        other = "Among other images" if by_itself else "Alone"
        differs = "not the same, either" if by_itself and in_company else "the same as in its batch"
        return replace(broken, message=f"{broken.message} {other} it is {differs}.")

    return Law((embed_images(NET, [batch, batch[:1], mixed], True),), judge)


@check(EXERCISE)
def state_dict_holds_everything(seed: int) -> Law:
    """A new network that loads the state_dict of another embeds as that one does."""

    def judge(out: Any) -> Violation | None:
        if not isinstance(out, dict) or tensor(out.get("embeddings"), "") or tensor(out.get("original"), ""):
            return Violation(
                "The reloaded network does not embed images.", described(out), "embeddings (n, d)"
            )
        loaded, original = out["embeddings"], out["original"]
        return close(loaded, values(original), bound(original), "the embedding of the reloaded network")

    return Law((embed_with_state(NET, images(6, seed)),), judge)


@check(EXERCISE, weight=2, essential=True)
def embedding_depends_on_the_image(seed: int) -> Law:
    """Different images have different embeddings."""

    def judge(out: Any) -> Violation | None:
        embedded = values(out["embeddings"][0])
        apart = np.abs(embedded[:, None] - embedded[None]).max(-1) + np.eye(len(embedded))
        if float(apart.min()) > 100 * eps(out["embeddings"][0]) * float(np.abs(embedded).max(initial=0.0)):
            return None
        i, j = np.unravel_index(int(apart.argmin()), apart.shape)
        return Violation(
            f"Images {i} and {j} differ, and have the same embedding.", "equal embeddings", "different ones"
        )

    return Law((embed_images(NET, [images(8, seed)], True),), judge)


@check(EXERCISE, weight=2)
def every_parameter_takes_part(seed: int) -> Law:
    """Every parameter takes part in the embedding: a gradient reaches it."""

    def judge(out: Any) -> Violation | None:
        if not isinstance(out, dict) or not isinstance(out.get("without_gradient"), list):
            return Violation("EmbeddingNet() cannot be looked into.", described(out), "an nn.Module")
        if out.get("module") is not True:
            return Violation(
                "EmbeddingNet() is no nn.Module.", "another kind of object", "an instance of nn.Module"
            )
        if not out.get("parameters"):
            return Violation(
                "EmbeddingNet has no parameters.", "nothing to train", "parameters that can be trained"
            )
        idle = [str(name)[:80] for name in out["without_gradient"]]
        return (
            Violation(f"No gradient reaches {idle[0]}.", f"without gradient: {', '.join(idle[:5])}", "none")
            if idle
            else None
        )

    return Law((network_facts(NET, images(6, seed)),), judge)


@check(EXERCISE)
def images_stay_unmodified(seed: int) -> Law:
    """Embedding images does not change them."""

    def judge(out: Any) -> Violation | None:
        return (
            Violation("The images were changed.", "other images", "the same")
            if out.get("modified") is not False
            else None
        )

    return Law((embed_images(NET, [images(3, seed) + 0.25], False),), judge)


@check(EXERCISE, gpu=True)
def moves_to_a_gpu(seed: int) -> Law:
    """Moved to a GPU with net.to("cuda"), the network embeds images there as it does on the CPU."""
    call = replace(embed_on_a_gpu(NET, [images(3, seed)]), paste=ON_A_GPU)

    def judge(out: Any) -> Violation | None:
        here, there = out.get("on_cpu"), out["embeddings"]
        broken = embeds({"embeddings": here}, call)
        if broken is not None:
            return broken
        if out.get("devices") != ["cuda"]:
            says = "After net.to('cuda') the embedding of images on the GPU does not lie there."
            return Violation(says, f"on {out.get('devices')}", "on cuda")
        return close(
            there[0], values(here[0]), bound(here[0], there[0]), "the embedding", why=", as on the CPU"
        )

    return Law((call,), judge)


ON_A_GPU = """import torch
from autograder.simulated_cuda import simulated_cuda
with simulated_cuda():  # a pretended GPU, with CUDA's rules
    net = EmbeddingNet().to("cuda").eval()
    print(net(torch.rand(3, 1, 28, 28, device="cuda")))"""
