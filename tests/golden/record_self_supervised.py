"""Record simclr, byol, dino, cpc and mae from their peers.

In an environment of its own, as all recordings:

    tox run -e oracles
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from vectors import bare, on_grid, write

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def bare_lightly() -> None:
    """lightly's losses without its images, which want torchvision."""
    packages = ["lightly", "lightly.loss", "lightly.models", "lightly.models.modules", "lightly.utils"]
    torchvision: dict[str, dict[str, Any]] = {
        "torchvision": {},
        "torchvision.ops": {"StochasticDepth": object},
    }
    bare(*packages, stubs=torchvision)


def with_gradients(loss: Tensor, **inputs: Tensor) -> dict[str, Any]:
    gradients = torch.autograd.grad(loss, list(inputs.values()))
    named = {f"gradient_{name}": g for name, g in zip(inputs, gradients, strict=True)}
    return {"loss": loss.detach(), **named}


def record_simclr() -> None:
    bare_lightly()
    from lightly.loss.ntx_ent_loss import NTXentLoss as LightlyNTXent
    from pytorch_metric_learning.losses import NTXentLoss as MetricLearningNTXent

    cases = []
    for seed, n, p, temperature in [(1, 3, 4, 0.375), (2, 5, 2, 0.0625), (3, 4, 7, 1.5)]:
        first, second = (on_grid(seeded(10 * seed + k), n, p, scale=2.0).requires_grad_() for k in (0, 1))
        labels = torch.arange(n).repeat(2)
        losses = {
            "lightly.loss.NTXentLoss": LightlyNTXent(temperature=temperature)(first, second),
            "pytorch_metric_learning.losses.NTXentLoss": MetricLearningNTXent(temperature=temperature)(
                torch.cat([first, second]), labels
            ),
        }
        for peer, loss in losses.items():
            expected = with_gradients(loss, first=first, second=second)
            inputs = {"first": first.detach(), "second": second.detach()}
            parameters = {"temperature": temperature}
            cases.append({"peer": peer, "parameters": parameters, "inputs": inputs, "expected": expected})
    write("simclr", ["lightly", "pytorch-metric-learning"], cases)


def record_byol() -> None:
    bare_lightly()
    bare("solo", "solo.losses")
    from lightly.loss.negative_cosine_similarity import NegativeCosineSimilarity
    from solo.losses.byol import byol_loss_func

    cases = []
    for seed, n, p in [(1, 3, 4), (2, 5, 2)]:
        predictions = on_grid(seeded(seed), n, p, scale=3.0).requires_grad_()
        projections = on_grid(seeded(seed + 10), n, p, scale=0.5)
        losses = {
            "2 + 2 * lightly.loss.NegativeCosineSimilarity": 2
            + 2 * NegativeCosineSimilarity()(predictions, projections),
            "solo.losses.byol.byol_loss_func, simplified=False": byol_loss_func(
                predictions, projections, simplified=False
            ),
        }
        for peer, loss in losses.items():
            expected = with_gradients(loss, predictions=predictions)
            inputs = {"predictions": predictions.detach(), "projections": projections}
            cases.append({"peer": peer, "parameters": {}, "inputs": inputs, "expected": expected})
    write("byol", ["lightly", "solo-learn"], cases)


def record_dino() -> None:
    bare_lightly()
    from lightly.loss.dino_loss import DINOLoss

    cases = []
    # Temperatures that float32 holds exactly: the peer passes them through it.
    settings = [(1, 5, 3, 4, 0.25, 0.125, 0.75), (2, 3, 2, 6, 0.5, 0.0625, 0.375)]
    for seed, v, n, k, student_temperature, teacher_temperature, momentum in settings:
        loss_of = DINOLoss(k, student_temp=student_temperature, center_momentum=momentum)
        loss_of.center.copy_(on_grid(seeded(seed + 50), 1, 1, k))
        for batch in range(2):  # the second batch meets the centre that the first has moved
            before = loss_of.center.clone().flatten()
            student = on_grid(seeded(seed + 10 * batch), v, n, k).requires_grad_()
            teacher = on_grid(seeded(seed + 10 * batch + 5), 2, n, k)
            loss = loss_of(list(teacher), list(student), teacher_temp=teacher_temperature)
            expected = with_gradients(loss, student_logits=student)
            expected["next_centre"] = loss_of.center.flatten()
            parameters = {
                "student_temperature": student_temperature,
                "teacher_temperature": teacher_temperature,
                "momentum": momentum,
            }
            inputs = {"student_logits": student.detach(), "teacher_logits": teacher, "centre": before}
            peer = "lightly.loss.DINOLoss"
            cases.append({"peer": peer, "parameters": parameters, "inputs": inputs, "expected": expected})
    write("dino", ["lightly"], cases)


def record_cpc() -> None:
    bare("open_clip")
    from open_clip.loss import ClipLoss

    cases = []
    for seed, m, d, e in [(1, 4, 3, 5), (2, 6, 2, 2)]:
        contexts, weight = on_grid(seeded(seed), m, e), on_grid(seeded(seed + 5), d, e).requires_grad_()
        futures = on_grid(seeded(seed + 10), m, d)
        scores = ClipLoss().get_logits(contexts @ weight.T, futures, 1.0)[0]
        loss = torch.nn.functional.cross_entropy(scores, torch.arange(m))
        inputs = {"contexts": contexts, "weight": weight.detach(), "futures": futures}
        expected = with_gradients(loss, weight=weight)
        peer = "open_clip.loss.ClipLoss().get_logits(...)[0]"
        cases.append({"peer": peer, "parameters": {}, "inputs": inputs, "expected": expected})
    write("cpc", ["open_clip_torch"], cases)


# ----------------------------------------------------------------------------------------- masked autoencoder

# The peer's names, and where its parameters live in reference.mae; layers are stacked alike in both halves.
MAE_NAMES = [
    ("vit.embeddings.cls_token", "encoder.class_token"),
    ("vit.embeddings.position_embeddings", "encoder.positions"),
    ("vit.embeddings.patch_embeddings.projection", "encoder.patch_embedding"),
    ("vit.layernorm", "encoder.norm"),
    ("vit.layers", "encoder.encoder.layers"),
    ("decoder.decoder_layers", "decoder.layers"),
    ("decoder.decoder_pos_embed", "positions"),
    ("decoder.decoder_embed", "embedding"),
    ("decoder.mask_token", "mask_token"),
    ("decoder.decoder_norm", "norm"),
    ("decoder.decoder_pred", "prediction"),
    ("q_proj", "query"),
    ("k_proj", "key"),
    ("v_proj", "value"),
    ("o_proj", "output"),
    ("layernorm_before", "attention_norm"),
    ("layernorm_after", "mlp_norm"),
    ("fc1", "0"),
    ("fc2", "2"),
]
SIZES = {"patch": 4, "channels": 2, "side": 12}


def channels_first(rows: Tensor) -> Tensor:
    """The numbers of a patch, along axis 0, from pixel by pixel to channel by channel."""
    grid = rows.unflatten(0, (SIZES["patch"], SIZES["patch"], SIZES["channels"]))
    return grid.movedim(2, 0).flatten(0, 2)


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    result = {}
    for name, value in state.items():
        for theirs, ours in MAE_NAMES:
            name = name.replace(theirs, ours)
        if name == "encoder.patch_embedding.weight":
            value = value.flatten(1)  # a convolution's kernel; its order is channel by channel already
        if name.startswith("prediction."):
            value = channels_first(value)
        result[name] = value
    return result


def peer_positions(width: int) -> Tensor:
    """The peer's positions of 3 x 3 patches; as in its weights, columns before rows."""
    from transformers.models.vit_mae.modeling_vit_mae import build_2d_sinusoidal_position_embedding

    side = SIZES["side"] // SIZES["patch"]
    rows_first = build_2d_sinusoidal_position_embedding(
        height=side, width=side, embed_dim=width, cls_token=True, dtype=torch.float64
    )
    return torch.cat([rows_first[:, width // 2 :], rows_first[:, : width // 2]], dim=1).unsqueeze(0)


def record_mae() -> None:
    from transformers import ViTMAEConfig, ViTMAEForPreTraining

    cases = []
    for seed, normalise, mask_ratio in [(1, True, 0.6), (2, False, 0.25)]:
        config = ViTMAEConfig(
            image_size=SIZES["side"],
            patch_size=SIZES["patch"],
            num_channels=SIZES["channels"],
            hidden_size=8,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=12,
            decoder_hidden_size=12,
            decoder_num_hidden_layers=1,
            decoder_num_attention_heads=3,
            decoder_intermediate_size=16,
            layer_norm_eps=1e-6,
            mask_ratio=mask_ratio,
            norm_pix_loss=normalise,
        )
        net = ViTMAEForPreTraining(config).eval()
        with torch.no_grad():
            for name, parameter in net.named_parameters():
                if name.endswith(("position_embeddings", "pos_embed")):
                    parameter.copy_(peer_positions(parameter.shape[2]))
                else:
                    parameter.copy_(on_grid(seeded(len(name) + seed), *parameter.shape, scale=0.5))
        images = on_grid(seeded(seed + 10), 2, SIZES["channels"], SIZES["side"], SIZES["side"])
        noise = torch.rand(2, 9, generator=seeded(seed + 20))
        output = net(pixel_values=images, noise=noise)
        # The peer leaves what it predicts pixel by pixel.
        predictions = torch.stack(
            [torch.stack([channels_first(p) for p in image]) for image in output.logits]
        )
        cases.append(
            {
                "peer": "transformers.ViTMAEForPreTraining",
                "parameters": {"normalise": normalise, "mask_ratio": mask_ratio},
                "inputs": {"images": images, "noise": noise, **renamed(net.state_dict())},
                "expected": {
                    "loss": output.loss.detach(),
                    "predictions": predictions.detach(),
                    "mask": output.mask.double(),
                },
            }
        )
    write("mae", ["transformers"], cases)


if __name__ == "__main__":
    record_mae()  # first: the other peers are imported without their packages around them
    record_simclr()
    record_byol()
    record_dino()
    record_cpc()
