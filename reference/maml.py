"""MAML: parameters from which a few gradient steps on a few shots lead to a good classifier.

Finn, Abbeel, Levine (2017): Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks. ICML.
arXiv:1703.03400. Learned learning rates: Li, Zhou, Chen, Li (2017): Meta-SGD. arXiv:1707.09835

| mathematics | name | shape | |
|---|---|---|---|
| theta | parameters | by name | where every task starts |
| alpha | rates | number, or by name | inner learning rate: of a parameter, or of each of its numbers |
| L_T | support_loss | () | loss of a task on its shots, as a function of the parameters |
| theta' | adapted | by name | section 2.2, once or several times |
| L_T(f_theta') | loss | () | query loss at theta', summed over tasks in section 2.2: the meta-objective |
| theta <- theta - beta grad_theta sum_T L_T(f_theta') | meta_step | | eq. 1, algorithm 2 |
| beta | lr | | rate of the meta-step |

First order (section 5.2 of the paper): the gradient of theta' with respect to theta is taken as the identity.

**Departures.** The meta-loss is the mean over tasks, not the sum, so that lr does not depend on their
number. Adam makes the meta-step, as in the authors' code. Output k of the network belongs to the k-th class
in the order in which classes appear in the support set, which `sample_episode` makes random: were it the
order of the labels, a network could learn classes by heart. Batch norm follows the mode of the network, and
in training mode its running statistics move with every forward pass, of the inner steps too; the authors
always use the statistics of the batch, which is what training mode does here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from reference._arguments import expect_counts, expect_positive
from reference.episodes import Episode, class_positions, draw_episodes

Parameters = Mapping[str, Tensor]
Rates = float | Tensor | Mapping[str, Tensor]


def inner_step(parameters: Parameters, gradients: Parameters, rates: Rates) -> dict[str, Tensor]:
    """Section 2.2: theta' = theta - alpha * gradient, parameter by parameter. Those without a gradient stay.

    >>> inner_step({"w": torch.tensor(1.0)}, {"w": torch.tensor(4.0)}, 0.25)
    {'w': tensor(0.)}
    """
    return {
        name: value - (rates[name] if isinstance(rates, Mapping) else rates) * gradients[name]
        if name in gradients
        else value
        for name, value in parameters.items()
    }


def adapt(
    support_loss: Callable[[dict[str, Tensor]], Tensor],
    parameters: Parameters,
    rates: Rates,
    n_steps: int = 1,
    *,
    first_order: bool = False,
) -> dict[str, Tensor]:
    """Section 2.2, n_steps times, on the parameters that require a gradient.

    The result is differentiable with respect to parameters and rates: exactly, or with `first_order` as if
    the inner gradients were constants. Works inside torch.no_grad() too.
    """
    expect_counts(0, n_steps=n_steps)
    adapted = dict(parameters)
    names = [name for name, value in parameters.items() if value.requires_grad]
    if not names:
        raise ValueError("no parameter requires a gradient: pass at least one that does")
    for _ in range(n_steps):
        with torch.enable_grad():
            start = [adapted[name] for name in names]
            gradients = torch.autograd.grad(
                support_loss(adapted), start, create_graph=not first_order, materialize_grads=True
            )
            adapted = inner_step(adapted, dict(zip(names, gradients, strict=True)), rates)
    return adapted


def episode_loss(
    net: nn.Module,
    support_x: Tensor,
    support_y: Tensor,
    query_x: Tensor,
    query_y: Tensor,
    *,
    rates: Rates,
    n_inner: int = 1,
    first_order: bool = False,
) -> tuple[Tensor, Tensor]:
    """One term of the meta-objective: query loss after n_inner steps on the shots, and fraction classified rightly.

    net maps (b, ...) to logits (b, k), k at least the number of classes. support_x (s, ...), support_y
    (s,), query_x (q, ...), query_y (q,), any integer labels -> loss (), accuracy (). The network keeps its
    parameters.
    """
    classes = classes_by_appearance(support_y)
    target = _positions(query_y, classes)
    logits = _adapted_logits(net, support_x, support_y, query_x, rates, n_inner, first_order)
    accuracy = (logits.argmax(dim=1) == target).to(logits.dtype).mean()
    return functional.cross_entropy(logits, target), accuracy


def classify(
    net: nn.Module, support_x: Tensor, support_y: Tensor, query_x: Tensor, *, rates: Rates, n_inner: int = 1
) -> Tensor:
    """Labels of the queries after n_inner steps on the support set. (s, ...), (s,), (q, ...) -> (q,)."""
    classes = classes_by_appearance(support_y)
    with torch.no_grad():
        logits = _adapted_logits(net, support_x, support_y, query_x, rates, n_inner, first_order=True)
    return classes[logits[:, : len(classes)].argmax(dim=1)]


def classes_by_appearance(labels: Tensor) -> Tensor:
    """The distinct labels in the order in which they first appear. (s,) -> (c,)."""
    classes = labels.unique()
    first = torch.stack([(labels == label).nonzero()[0, 0] for label in classes])
    return classes[first.argsort()]


class LearnedRates(nn.Module):
    """Learning rates of the inner steps that are learned with the parameters, as in Meta-SGD.

    One rate for each number in the parameters of net, or with per_element=False for each of its tensors.
    Calling it gives the rates by name.
    """

    def __init__(self, net: nn.Module, initial: float = 0.1, *, per_element: bool = True) -> None:
        super().__init__()
        expect_positive(initial=initial)
        named = {name: value for name, value in net.named_parameters() if value.requires_grad}
        self.names = list(named)
        self.rates = nn.ParameterList(
            torch.full_like(value, initial) if per_element else value.new_full((), initial)
            for value in named.values()
        )

    def forward(self) -> dict[str, Tensor]:
        return dict(zip(self.names, self.rates, strict=True))


def meta_step(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    tasks: list[Episode],
    *,
    rates: float | LearnedRates,
    n_inner: int = 1,
    first_order: bool = False,
) -> Tensor:
    """Algorithm 2, one round: a step of the optimizer on the mean loss of the tasks. Returns that loss ()."""
    optimizer.zero_grad()
    losses = []
    for task in tasks:
        inner = rates() if isinstance(rates, LearnedRates) else rates
        loss, _ = episode_loss(net, *task, rates=inner, n_inner=n_inner, first_order=first_order)
        (loss / len(tasks)).backward()  # task by task: only one graph is held at a time
        losses.append(loss.detach())
    optimizer.step()
    return torch.stack(losses).mean()


def train(
    net: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    n_way: int,
    k_shot: int,
    n_query: int,
    n_tasks: int,
    n_steps: int,
    lr: float,
    rates: float | LearnedRates,
    n_inner: int = 1,
    first_order: bool = False,
    device: torch.device | str,
    generator: torch.Generator,
) -> list[float]:
    """Algorithm 2 with Adam: n_steps meta-steps of rate lr, on n_tasks episodes each, drawn from `generator`.

    Returns the mean query loss of each meta-step; the network, and the rates if learned, end on `device`.
    """
    expect_counts(n_tasks=n_tasks, n_inner=n_inner)
    expect_positive(lr=lr)
    learned = [net, rates] if isinstance(rates, LearnedRates) else [net]
    meta_parameters = nn.ModuleList(learned).to(device).train().parameters()
    optimizer = torch.optim.Adam(meta_parameters, lr=lr)
    counts = {"n_way": n_way, "k_shot": k_shot, "n_query": n_query, "n_episodes": n_steps * n_tasks}
    episodes = draw_episodes(images, labels, **counts, device=device, generator=generator)
    losses = []
    for _ in range(n_steps):
        tasks = list(islice(episodes, n_tasks))
        losses.append(meta_step(net, optimizer, tasks, rates=rates, n_inner=n_inner, first_order=first_order))
    return [loss.item() for loss in losses]


def _adapted_logits(
    net: nn.Module,
    support_x: Tensor,
    support_y: Tensor,
    query_x: Tensor,
    rates: Rates,
    n_inner: int,
    first_order: bool,
) -> Tensor:
    classes = classes_by_appearance(support_y)
    target = _positions(support_y, classes)

    def support_loss(parameters: dict[str, Tensor]) -> Tensor:
        logits = functional_call(net, parameters, (support_x,))
        if logits.ndim != 2 or logits.shape[1] < len(classes):
            raise ValueError(
                f"net made logits of shape {tuple(logits.shape)} for {len(classes)} classes: "
                "pass a net with at least one output for each class"
            )
        return functional.cross_entropy(logits, target)

    parameters = dict(net.named_parameters())
    adapted = adapt(support_loss, parameters, rates, n_inner, first_order=first_order)
    return functional_call(net, adapted, (query_x,))


def _positions(labels: Tensor, classes: Tensor) -> Tensor:
    """Where each label stands in classes of any order. (n,), (c,) -> (n,)."""
    ascending, order = classes.sort()
    return order[class_positions(labels, ascending)]
