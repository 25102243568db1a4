"""Self-supervised methods as they are compared: what each trains, on which views, and how it represents an image."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.accuracy import _data
from benchmarks.accuracy._runs import Tick
from reference import byol, cpc, dino, exemplar, mae, simclr
from reference.augmentations import random_crop
from reference.prototypical import Conv4
from reference.vit import VisionTransformer

WIDTH = 64

# -------------------------------------------------------------------------------------------------------- methods


@dataclass
class Method:
    """What is trained, the loss of a batch, what is done after each step, and how an image is represented."""

    trained: nn.Module
    loss: Callable[[Tensor], Tensor]
    represent: nn.Module
    after: Callable[[int], None] = lambda step: None


class Views:
    """Two independent views: the affine warp, then a random crop. Ink has no colour, and no mirror image."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(
        self, images: Tensor, *, area: tuple[float, float] = (0.5, 1.0), size: int | None = None
    ) -> Tensor:
        warped = _data.warped(images, _data.Warp(rotate=20, shear=0.25, zoom=0.2), self.generator)
        return random_crop(warped, generator=self.generator, area=area, size=size)


def contrastive(recipe: dict[str, Any], views: Views) -> Method:
    encoder = Conv4(width=WIDTH)
    head = simclr.ProjectionHead(WIDTH, 128, 64)

    def loss(images: Tensor) -> Tensor:
        return simclr.simclr_loss(encoder, head, views, images, temperature=recipe["temperature"])

    return Method(nn.ModuleList([encoder, head]), loss, encoder)


def bootstrapped(recipe: dict[str, Any], views: Views) -> Method:
    encoder = Conv4(width=WIDTH)
    both = byol.BYOL(encoder, WIDTH, hidden=256, out=64)

    def after(step: int) -> None:
        both.update_target(byol.momentum_at(step, recipe["steps"], recipe["momentum"]))

    return Method(both, lambda images: both(views(images), views(images)), encoder, after)


def distilled(recipe: dict[str, Any], views: Views) -> Method:
    encoder = Conv4(width=WIDTH)
    both = dino.DINO(encoder, dino.DINOHead(WIDTH, 128, 64, recipe["out"]), recipe["out"])

    def loss(images: Tensor) -> Tensor:
        whole = [views(images) for _ in range(2)]
        parts = [views(images, area=(0.2, 0.5), size=16) for _ in range(recipe["locals"])]
        return both(whole + parts)

    def after(step: int) -> None:
        both.update_teacher(byol.momentum_at(step, recipe["steps"], recipe["momentum"]))

    return Method(both, loss, both.teacher[0], after)


def surrogate(recipe: dict[str, Any], views: Views, images: Tensor) -> Method:
    """Exemplars are whole drawings here: an empty corner of a character is no class."""
    chosen = images[torch.randperm(len(images), generator=views.generator)[: recipe["exemplars"]]]
    colours = exemplar.principal_axes(chosen)
    net = exemplar.SurrogateClassifier(Conv4(width=WIDTH), WIDTH, len(chosen), dropout=0.2)

    def loss(_: Tensor) -> Tensor:
        classes = torch.randint(len(chosen), (recipe["batch"],), generator=views.generator)
        t = exemplar.draw_transformations(recipe["batch"], chosen, generator=views.generator)
        copies = exemplar.transform(chosen[classes], t, colours, fill=0.0)
        return exemplar.exemplar_loss(net, copies, classes.to(copies.device))

    return Method(net, loss, net.embed)


class Patches(nn.Module):
    """An encoder of patches for CPC, without batch norm: (b, 1, size, size) -> (b, width)."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(64 * (size // 2) ** 2, 128),
            nn.ReLU(),
            nn.Linear(128, width),
        )

    def forward(self, patches: Tensor) -> Tensor:
        return self.layers(patches)


class Latents(nn.Module):
    """CPC's latents of all places, averaged over the quarters of an image and flattened: where a stroke is counts."""

    def __init__(self, net: cpc.ImageCPC) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        latents = self.net.latents(images).permute(0, 3, 1, 2)
        return functional.adaptive_avg_pool2d(latents, 2).flatten(1)


def predictive(recipe: dict[str, Any], views: Views) -> Method:
    net = cpc.ImageCPC(
        Patches(recipe["patch"], WIDTH),
        WIDTH,
        2 * WIDTH,
        recipe["ahead"],
        patch_size=recipe["patch"],
        stride=recipe["stride"],
        depth=2,
    )

    def loss(images: Tensor) -> Tensor:
        with torch.autocast(images.device.type, torch.bfloat16):
            return net(_data.warped(images, _data.Warp(), views.generator)).mean()

    return Method(net, loss, Latents(net))


class Tokens(nn.Module):
    """What MAE's encoder makes of all patches, averaged over the quarters of an image and flattened."""

    def __init__(self, vit: VisionTransformer, standard: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.vit, self.standard = vit, standard

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.vit.encode(self.vit.embed(self.standard(images)))[:, 1:]
        side = round(tokens.shape[1] ** 0.5)
        return functional.adaptive_avg_pool2d(tokens.transpose(1, 2).unflatten(2, (side, side)), 2).flatten(1)


def masked(recipe: dict[str, Any], views: Views, images: Tensor) -> Method:
    mean, deviation = float(images.mean()), float(images.std())

    # Little is ink: beside the sines of the positions, raw patches would hardly count.
    def standard(batch: Tensor) -> Tensor:
        return (batch - mean) / deviation

    vit = VisionTransformer(patch_size=recipe["patch"], width=WIDTH, depth=3)
    net = mae.MaskedAutoencoder(vit, width=48, depth=1, mlp_width=192, normalise=False)

    def loss(batch: Tensor) -> Tensor:
        warped = standard(_data.warped(batch, _data.Warp(), views.generator))
        return net(warped, net.draw_noise(warped, generator=views.generator), mask_ratio=recipe["mask"])[0]

    return Method(net, loss, Tokens(vit, standard))


def method_of(name: str, recipe: dict[str, Any], seed: int, images: Tensor) -> Method:
    torch.manual_seed(seed)
    views = Views(seed)
    if name == "exemplar":
        return surrogate(recipe, views, images)
    if name == "mae":
        return masked(recipe, views, images)
    made = {"simclr": contrastive, "byol": bootstrapped, "dino": distilled, "cpc": predictive}
    return made[name](recipe, views)


def train(method: Method, recipe: dict[str, Any], images: Tensor, seed: int, tick: Tick) -> None:
    """AdamW; the rate rises for 30 steps, or as many as the recipe says, and falls as a cosine."""
    generator = torch.Generator().manual_seed(seed)
    parameters = [p for p in method.trained.train().parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters,
        lr=recipe["lr"],
        betas=(0.9, recipe.get("beta", 0.999)),
        weight_decay=recipe.get("decay", 1e-4),
    )
    steps, warmup = recipe["steps"], recipe.get("warmup", 30)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = (
                recipe["lr"] * min(1.0, (step + 1) / warmup) * (1 + math.cos(math.pi * step / steps)) / 2
            )
        batch = images[torch.randperm(len(images), generator=generator)[: recipe["batch"]]]
        optimizer.zero_grad()
        method.loss(batch).backward()
        optimizer.step()
        method.after(step)
        tick((step + 1) / steps)
