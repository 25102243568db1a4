"""Record prototypical, matching, siamese and maml from their peers: torchmeta, pytorch-metric-learning, learn2learn, higher.

    tox run -e oracles

learn2learn's wheel wants a compiler and old versions of much; its algorithms are plain Python, taken from the sdist that
tox unpacks. MAML adapts a perceptron with two layers, several steps, and a weighted squared error.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from vectors import bare, on_grid, write

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def with_gradients(loss: Tensor, **inputs: Tensor) -> dict[str, Any]:
    gradients = torch.autograd.grad(loss, list(inputs.values()))
    named = {f"gradient_{name}": g for name, g in zip(inputs, gradients, strict=True)}
    return {"loss": loss.detach(), **named}


def episodes() -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Support and queries with labels 0 ... c - 1, unevenly many shots, each class at least once."""
    drawn = []
    for seed, labels, n_queries, d in [(1, [2, 0, 1, 0, 0, 2], 4, 3), (2, [1, 0, 1, 3, 2, 1, 3], 5, 2)]:
        support = on_grid(seeded(seed), len(labels), d, scale=1.5).requires_grad_()
        queries = on_grid(seeded(seed + 10), n_queries, d, scale=0.75).requires_grad_()
        answers = torch.randint(max(labels) + 1, (n_queries,), generator=seeded(seed + 20))
        drawn.append((support, torch.tensor(labels), queries, answers))
    return drawn


def record_prototypical() -> None:
    bare("torchmeta", "torchmeta.utils")
    from torchmeta.utils.prototype import get_prototypes, prototypical_loss

    cases = []
    for support, labels, queries, answers in episodes():
        # The peer divides by max(count, 1) and takes batches: here one episode to a batch.
        prototypes = get_prototypes(support[None], labels[None], int(labels.max()) + 1)
        loss = prototypical_loss(prototypes, queries[None], answers[None])
        expected = with_gradients(loss, support=support, queries=queries)
        cases.append(
            {
                "peer": "torchmeta.utils.prototype.prototypical_loss",
                "parameters": {},
                "inputs": inputs_of(support, labels, queries, answers),
                "expected": {**expected, "prototypes": prototypes[0].detach()},
            }
        )
    write("prototypical", ["torchmeta"], cases)


def inputs_of(support: Tensor, labels: Tensor, queries: Tensor, answers: Tensor) -> dict[str, Tensor]:
    return {"support": support.detach(), "labels": labels, "queries": queries.detach(), "answers": answers}


def record_matching() -> None:
    bare("torchmeta", "torchmeta.utils")
    from torchmeta.utils.matching import matching_loss

    cases = []
    for support, labels, queries, answers in episodes():
        n_classes = int(labels.max()) + 1
        loss = matching_loss(support[None], labels[None], queries[None], answers[None], n_classes)
        cases.append(
            {
                "peer": "torchmeta.utils.matching.matching_loss",
                "parameters": {},
                "inputs": inputs_of(support, labels, queries, answers),
                "expected": with_gradients(loss, support=support, queries=queries),
            }
        )
    write("matching", ["torchmeta"], cases)


def record_siamese() -> None:
    """The peer has no squares and averages over other pairs: its margins are taken, pair by pair, and squared here."""
    from pytorch_metric_learning.distances import LpDistance
    from pytorch_metric_learning.losses import ContrastiveLoss
    from pytorch_metric_learning.reducers import DoNothingReducer

    cases = []
    for seed, same, d, margin in [
        (1, [True, False, False, True], 3, 2.5),
        (2, [False, True, False], 5, 0.75),
    ]:
        first = on_grid(seeded(seed), len(same), d).requires_grad_()
        second = on_grid(seeded(seed + 10), len(same), d).requires_grad_()
        loss_of = ContrastiveLoss(
            pos_margin=0,
            neg_margin=margin,
            distance=LpDistance(normalize_embeddings=False, p=2),
            reducer=DoNothingReducer(),
        )
        rows = torch.arange(len(same))
        positive = rows[torch.tensor(same)]
        negative = rows[~torch.tensor(same)]
        parts = loss_of(
            first,
            indices_tuple=(positive, positive, negative, negative),
            ref_emb=second,
            ref_labels=rows,
            labels=rows,
        )
        hinges = torch.cat([parts["pos_loss"]["losses"], parts["neg_loss"]["losses"]])
        loss = (hinges.square() / 2).mean()
        inputs = {"first": first.detach(), "second": second.detach(), "same": torch.tensor(same).long()}
        expected = with_gradients(loss, first=first, second=second)
        peer = "mean(pytorch_metric_learning.losses.ContrastiveLoss ** 2 / 2)"
        cases.append({"peer": peer, "parameters": {"margin": margin}, "inputs": inputs, "expected": expected})
    write("siamese", ["pytorch-metric-learning"], cases)


# ----------------------------------------------------------------------------------------------------------- MAML


def perceptron(seed: int) -> nn.Sequential:
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    with torch.no_grad():
        for number, parameter in enumerate(net.parameters()):
            parameter.copy_(on_grid(seeded(100 * seed + number), *parameter.shape))
    return net


def task(seed: int) -> dict[str, Tensor]:
    sizes = {"support_x": (5, 3), "support_y": (5, 2), "query_x": (4, 3), "query_y": (4, 2)}
    return {name: on_grid(seeded(10 * seed + k), *size) for k, (name, size) in enumerate(sizes.items())}


def weighted_error(outputs: Tensor, targets: Tensor) -> Tensor:
    return ((outputs - targets).square() * torch.tensor([1.0, 0.25])).mean()


def maml_case(
    peer: str, net: nn.Module, loss: Tensor, inputs: dict[str, Tensor], **parameters: Any
) -> dict[str, Any]:
    """The query loss after the inner steps, and its gradient in the parameters where the task starts."""
    named = {
        f"parameters_{name.replace('module.', '')}": p
        for name, p in net.named_parameters()
        if p.requires_grad
    }
    expected = with_gradients(loss, **named)
    starts = {name: value.detach() for name, value in named.items()}
    return {"peer": peer, "parameters": parameters, "inputs": {**inputs, **starts}, "expected": expected}


def with_learn2learn(seed: int, rate: float, n_steps: int, *, first_order: bool) -> dict[str, Any]:
    bare("learn2learn", "learn2learn.algorithms")
    from learn2learn.algorithms.maml import MAML

    meta, inputs = MAML(perceptron(seed), lr=rate, first_order=first_order), task(seed)
    learner = meta.clone()
    for _ in range(n_steps):
        learner.adapt(weighted_error(learner(inputs["support_x"]), inputs["support_y"]))
    loss = weighted_error(learner(inputs["query_x"]), inputs["query_y"])
    parameters = {"rate": rate, "n_steps": n_steps, "first_order": first_order}
    return maml_case("learn2learn.algorithms.MAML", meta, loss, inputs, **parameters)


def with_higher(seed: int, rate: float, n_steps: int) -> dict[str, Any]:
    import higher

    net, inputs = perceptron(seed), task(seed)
    with higher.innerloop_ctx(
        net, torch.optim.SGD(net.parameters(), lr=rate), copy_initial_weights=False
    ) as (fast, sgd):
        for _ in range(n_steps):
            sgd.step(weighted_error(fast(inputs["support_x"]), inputs["support_y"]))
        loss = weighted_error(fast(inputs["query_x"]), inputs["query_y"])
        parameters = {"rate": rate, "n_steps": n_steps, "first_order": False}
        return maml_case("higher.innerloop_ctx", net, loss, inputs, **parameters)


def with_meta_sgd(seed: int, n_steps: int) -> dict[str, Any]:
    bare("learn2learn", "learn2learn.algorithms")
    from learn2learn.algorithms.meta_sgd import MetaSGD

    net, inputs = perceptron(seed), task(seed)
    rates = [on_grid(seeded(seed + 7 * k), *p.shape, scale=0.1).abs() for k, p in enumerate(net.parameters())]
    meta = MetaSGD(net, lrs=nn.ParameterList(nn.Parameter(rate) for rate in rates))
    learner = meta.clone()
    for _ in range(n_steps):
        learner.adapt(weighted_error(learner(inputs["support_x"]), inputs["support_y"]))
    loss = weighted_error(learner(inputs["query_x"]), inputs["query_y"])
    case = maml_case(
        "learn2learn.algorithms.MetaSGD", meta.module, loss, inputs, n_steps=n_steps, first_order=False
    )
    names = [name for name, _ in net.named_parameters()]
    gradients = torch.autograd.grad(recomputed(meta, inputs, n_steps), list(meta.lrs))
    for name, rate, gradient in zip(names, meta.lrs, gradients, strict=True):
        case["inputs"][f"rates_{name}"] = rate.detach()
        case["expected"][f"gradient_rates_{name}"] = gradient
    return case


def recomputed(meta: Any, inputs: dict[str, Tensor], n_steps: int) -> Tensor:
    """The same loss once more: its graph is gone after the first gradient."""
    learner = meta.clone()
    for _ in range(n_steps):
        learner.adapt(weighted_error(learner(inputs["support_x"]), inputs["support_y"]))
    return weighted_error(learner(inputs["query_x"]), inputs["query_y"])


def record_maml() -> None:
    cases = [
        with_learn2learn(1, 0.25, 1, first_order=False),
        with_learn2learn(2, 0.125, 3, first_order=False),
        with_learn2learn(3, 0.25, 2, first_order=True),
        with_learn2learn(4, 0.375, 1, first_order=True),
        with_higher(5, 0.125, 2),
        with_higher(6, 0.375, 1),
        with_meta_sgd(7, 1),
        with_meta_sgd(8, 2),
    ]
    write("maml", ["learn2learn", "higher"], cases)


if __name__ == "__main__":
    record_siamese()
    record_prototypical()
    record_matching()
    record_maml()
