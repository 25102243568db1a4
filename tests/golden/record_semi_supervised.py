"""Record pi_model, mean_teacher, vat, uda, mixmatch, remixmatch and fixmatch from semilearn and lightly.

In an environment of its own, as all recordings:

    tox run -e oracles

semilearn's own training steps run, on a linear classifier. What they draw at random is recorded as an input:
the direction in which VAT starts, MixMatch's partners and its one lambda for a batch. Its UDA ignores the
temperature and its divergence is a cross-entropy: only gradients at temperature 1 are recorded. Its
ReMixMatch aligns by a moving average; the average is held still and recorded as an input.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import Tensor, nn
from vectors import bare, on_grid, write

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def bare_semilearn() -> None:
    """semilearn's algorithms without its engine: base classes and registry are made up."""
    bare("semilearn", "semilearn.algorithms", "semilearn.core")
    registry = SimpleNamespace(register=lambda name: lambda algorithm: algorithm)
    stubs: dict[str, dict[str, Any]] = {
        "semilearn.core.utils": {"ALGORITHMS": registry},
        "semilearn.core.hooks": {"Hook": object},
        "semilearn.core.algorithmbase": {"AlgorithmBase": object},
    }
    bare(stubs=stubs)
    vars(sys.modules["semilearn.core"])["AlgorithmBase"] = object


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Linear(nn.Module):
    """Logits x W, and 4 logits of the turn x V, in the form that semilearn's algorithms expect."""

    def __init__(self, classes: Tensor, turns: Tensor) -> None:
        super().__init__()
        self.classes, self.turns = nn.Parameter(classes), turns

    def forward(self, x: Tensor, use_rot: bool = False) -> dict[str, Tensor]:
        flat = x.flatten(1)
        return {"logits": flat @ self.classes, "logits_rot": flat @ self.turns, "feat": flat}


def algorithm(model: nn.Module, **settings: Any) -> SimpleNamespace:
    """What a training step of semilearn reaches through `self`, with its real hooks and losses."""
    from semilearn.algorithms.hooks import FixedThresholdingHook, PseudoLabelingHook
    from semilearn.core.criterions import ce_loss, consistency_loss

    hooks = {"MaskingHook": FixedThresholdingHook(), "PseudoLabelingHook": PseudoLabelingHook()}
    hooks.update(settings.pop("hooks", {}))
    self = SimpleNamespace(
        model=model,
        hooks_dict=hooks,
        use_cat=True,
        amp_cm=nullcontext,
        bn_controller=SimpleNamespace(freeze_bn=lambda m: None, unfreeze_bn=lambda m: None),
        ce_loss=ce_loss,
        consistency_loss=consistency_loss,
        compute_prob=lambda logits: torch.softmax(logits, dim=-1),
        registered_hook=lambda name: name in hooks,
        process_out_dict=lambda loss, feat: loss,
        process_log_dict=lambda **values: values,
        distributed=False,
        mixup_manifold=False,
        unsup_warm_up=1.0,
        it=1,
        num_train_iter=1,
    )
    self.call_hook = lambda fn, name, **kwargs: getattr(hooks[name], fn)(self, **kwargs)
    self.__dict__.update(settings)
    return self


@contextmanager
def drawing(partners: Tensor, share: float) -> Iterator[None]:
    """MixMatch's lambda and partners, given."""
    with (
        mock.patch("torch.randperm", return_value=partners),
        mock.patch.object(np.random, "beta", return_value=share),
    ):
        yield


def case(
    peer: str, parameters: dict[str, Any], inputs: dict[str, Tensor], loss: Tensor, model: Linear
) -> dict[str, Any]:
    (gradient,) = torch.autograd.grad(loss, model.classes)
    expected = {"loss": loss.detach(), "gradient_classes": gradient}
    inputs = {**inputs, "classes": model.classes.detach()}
    return {"peer": f"semilearn {peer}", "parameters": parameters, "inputs": inputs, "expected": expected}


def batches(seed: int, n: int, u: int, *names: str, shape: tuple[int, ...] = (5,)) -> dict[str, Tensor]:
    """Labelled inputs and labels, and one unlabelled batch for each name."""
    inputs = {name: on_grid(seeded(seed + i), u, *shape) for i, name in enumerate(names)}
    labels = torch.randint(3, (n,), generator=seeded(seed + 98))
    return {"labelled": on_grid(seeded(seed + 99), n, *shape), "labels": labels, **inputs}


def linear(seed: int, width: int = 5) -> Linear:
    return Linear(on_grid(seeded(seed + 50), width, 3), on_grid(seeded(seed + 51), width, 4))


# ---------------------------------------------------------------------------------------------- two views


def record_pi_model() -> None:
    from semilearn.algorithms.pimodel.pimodel import PiModel

    cases = []
    for seed, n, u, weight in [(1, 2, 4, 0.75), (2, 3, 3, 10.0)]:
        inputs, model = batches(seed, n, u, "first", "second"), linear(seed)
        self = algorithm(model, lambda_u=weight)
        loss, _ = PiModel.train_step(
            self, inputs["labelled"], inputs["labels"], inputs["first"], inputs["second"]
        )
        recorded = case("PiModel.train_step", {"weight": weight}, inputs, loss, model)
        del recorded["expected"]["gradient_classes"]  # the peer stops the gradient in one view
        cases.append(recorded)
    write("pi_model", ["semilearn"], cases)


def record_mean_teacher() -> None:
    torchvision: dict[str, dict[str, Any]] = {
        "torchvision": {},
        "torchvision.ops": {"StochasticDepth": object},
    }
    bare("lightly", "lightly.models", "lightly.utils", stubs=torchvision)
    from lightly.models.utils import update_momentum

    cases = []
    for seed, decay in [(1, 0.875), (2, 0.25)]:
        student, teacher = nn.Linear(3, 2), nn.Linear(3, 2)
        with torch.no_grad():
            for i, parameter in enumerate((*student.parameters(), *teacher.parameters())):
                parameter.copy_(on_grid(seeded(10 * seed + i), *parameter.shape))
        inputs = {
            "student_weight": student.weight.detach().clone(),
            "student_bias": student.bias.detach().clone(),
            "teacher_weight": teacher.weight.detach().clone(),
            "teacher_bias": teacher.bias.detach().clone(),
        }
        update_momentum(student, teacher, m=decay)
        expected = {"weight": teacher.weight.detach(), "bias": teacher.bias.detach()}
        peer = "lightly.models.utils.update_momentum"
        cases.append({"peer": peer, "parameters": {"decay": decay}, "inputs": inputs, "expected": expected})
    write("mean_teacher", ["lightly"], cases)


def record_fixmatch() -> None:
    from semilearn.algorithms.fixmatch.fixmatch import FixMatch

    cases = []
    for seed, n, u, threshold, weight in [(1, 2, 6, 0.7, 1.5), (2, 4, 5, 0.5, 0.25)]:
        inputs, model = batches(seed, n, u, "weak", "strong"), linear(seed)
        self = algorithm(model, p_cutoff=threshold, lambda_u=weight, use_hard_label=True, T=0.5)
        loss, _ = FixMatch.train_step(
            self, inputs["labelled"], inputs["labels"], inputs["weak"], inputs["strong"]
        )
        parameters = {"threshold": threshold, "weight": weight}
        cases.append(case("FixMatch.train_step", parameters, inputs, loss, model))
    write("fixmatch", ["semilearn"], cases)


def record_uda() -> None:
    from semilearn.algorithms.uda.uda import UDA

    cases = []
    for seed, n, u, threshold, weight in [(1, 2, 6, 0.7, 1.5), (2, 4, 5, 0.5, 0.25)]:
        inputs, model = batches(seed, n, u, "original", "augmented"), linear(seed)
        self = algorithm(
            model,
            p_cutoff=threshold,
            lambda_u=weight,
            T=1.0,
            tsa_schedule="none",
            TSA=lambda *_: 1.0,
            num_classes=3,
        )
        loss, _ = UDA.train_step(
            self, inputs["labelled"], inputs["labels"], inputs["original"], inputs["augmented"]
        )
        parameters = {"threshold": threshold, "weight": weight, "temperature": 1.0}
        recorded = case("UDA.train_step", parameters, inputs, loss, model)
        del recorded["expected"]["loss"]  # a cross-entropy, which differs from the divergence by a constant
        for schedule in ("linear", "exp", "log"):
            value = UDA.TSA(None, schedule, 3, 8, 5)
            recorded["expected"][f"annealing_{schedule}_3_of_8_with_5_classes"] = torch.tensor(value)
        cases.append(recorded)
    write("uda", ["semilearn"], cases)


# ---------------------------------------------------------------------------------------------- VAT, mixing


def record_vat() -> None:
    from semilearn.algorithms.vat.vat import VAT

    cases = []
    for seed, b, epsilon, iterations in [(1, 3, 1.5, 1), (2, 2, 0.5, 3)]:
        shape = (b, 2, 3, 2)  # the peer normalises images and sequences, not plain vectors
        images, start, model = (
            on_grid(seeded(seed), *shape),
            on_grid(seeded(seed + 1), *shape),
            linear(seed, 12),
        )
        self = SimpleNamespace(gpu=None, _l2_normalize=lambda d: VAT._l2_normalize(None, d))
        self.kl_div_with_logit = lambda q, p: VAT.kl_div_with_logit(None, q, p)

        def given(tensor: Tensor, start: Tensor = start) -> Tensor:
            return tensor.copy_(start)

        with (
            mock.patch.object(Tensor, "normal_", given),
            mock.patch.object(Tensor, "cuda", lambda tensor, *_: tensor),
        ):
            logits = model(images)["logits"]
            loss = VAT.vat_loss(self, model, images, logits, xi=1e-6, eps=epsilon, num_iters=iterations)
        parameters = {"epsilon": epsilon, "iterations": iterations, "xi": 1e-6}
        cases.append(case("VAT.vat_loss", parameters, {"images": images, "start": start}, loss, model))
    write("vat", ["semilearn"], cases)


def record_mixmatch() -> None:
    from semilearn.algorithms.mixmatch.mixmatch import MixMatch

    cases = []
    for seed, n, share, temperature, weight in [(1, 3, 0.3125, 0.5, 7.5), (2, 4, 0.875, 0.75, 40.0)]:
        inputs, model = batches(seed, n, n, "first", "second"), linear(seed)
        inputs["partners"] = torch.randperm(3 * n, generator=seeded(seed))
        self = algorithm(model, T=temperature, lambda_u=weight, mixup_alpha=0.75, num_classes=3)
        with drawing(inputs["partners"], share):
            loss, _ = MixMatch.train_step(
                self, inputs["labelled"], inputs["labels"], inputs["first"], inputs["second"]
            )
        parameters = {"lambda": share, "temperature": temperature, "weight": weight}
        cases.append(case("MixMatch.train_step", parameters, inputs, loss, model))
    write("mixmatch", ["semilearn"], cases)


def held_still(class_shares: Tensor, model_shares: Tensor) -> Any:
    """The peer's alignment by a moving average, with momentum 1."""
    from semilearn.algorithms.hooks import DistAlignEMAHook

    hook = DistAlignEMAHook(3, momentum=1.0, p_target_type="gt", p_target=class_shares.numpy())
    hook.p_model = model_shares
    return hook


def record_remixmatch() -> None:
    from semilearn.algorithms.remixmatch.remixmatch import ReMixMatch

    cases = []
    for seed, n, share, temperature, weights in [
        (1, 2, 0.3125, 0.5, (1.5, 0.5, 0.25)),
        (2, 3, 0.875, 0.75, (3.0, 2.0, 0.75)),
    ]:
        inputs = batches(seed, n, n, "weak", "strong", "other_strong", shape=(1, 3, 3))
        inputs["partners"] = torch.randperm(4 * n, generator=seeded(seed))
        inputs["turns"] = torch.randint(4, (n,), generator=seeded(seed + 1))
        model = linear(seed, 9)
        inputs["turn_weights"] = model.turns
        class_shares, model_shares = torch.tensor([0.5, 0.375, 0.125]), torch.tensor([0.25, 0.25, 0.5])
        inputs |= {"class_shares": class_shares, "model_shares": model_shares}
        turned = torch.stack(
            [
                torch.rot90(x, int(k), dims=(1, 2))
                for x, k in zip(inputs["strong"], inputs["turns"], strict=True)
            ]
        )
        self = algorithm(
            model,
            hooks={"DistAlignHook": held_still(class_shares, model_shares)},
            T=temperature,
            lambda_u=weights[0],
            lambda_kl=weights[1],
            lambda_rot=weights[2],
            mixup_alpha=0.75,
            num_classes=3,
            use_rot=True,
        )
        step: Callable[..., Any] = ReMixMatch.train_step
        with drawing(inputs["partners"], share):
            loss, _ = step(
                self,
                inputs["labelled"],
                inputs["labels"],
                inputs["weak"],
                inputs["strong"],
                inputs["other_strong"],
                turned,
                inputs["turns"],
            )
        names = ("weight", "first_strong_weight", "rotation_weight")
        parameters = {"lambda": share, "temperature": temperature, **dict(zip(names, weights, strict=True))}
        cases.append(case("ReMixMatch.train_step", parameters, inputs, loss, model))
    write("remixmatch", ["semilearn"], cases)


if __name__ == "__main__":
    bare_semilearn()
    record_pi_model()
    record_mean_teacher()
    record_fixmatch()
    record_uda()
    record_vat()
    record_mixmatch()
    record_remixmatch()
