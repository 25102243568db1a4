"""Record vit, bert, clip and transfer from transformers, open_clip and scikit-learn.

tox run -e oracles
"""

from __future__ import annotations

import numpy as np
import torch
from record_peft import fill, renamed_bert
from torch import Tensor, nn
from vectors import bare, on_grid, write

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# transformers' names, and where the parameters live in reference.vit.
VIT_NAMES = [
    ("embeddings.cls_token", "class_token"),
    ("embeddings.position_embeddings", "positions"),
    ("embeddings.patch_embeddings.projection", "patch_embedding"),
    ("layernorm_before", "attention_norm"),
    ("layernorm_after", "mlp_norm"),
    ("layernorm", "norm"),
    ("layers", "encoder.layers"),
    ("q_proj", "query"),
    ("k_proj", "key"),
    ("v_proj", "value"),
    ("o_proj", "output"),
    ("mlp.fc1", "mlp.0"),
    ("mlp.fc2", "mlp.2"),
]


def renamed_vit(state: dict[str, Tensor]) -> dict[str, Tensor]:
    result: dict[str, Tensor] = {}
    for name, value in state.items():
        for theirs, ours in VIT_NAMES:
            name = name.replace(theirs, ours)
        result[name] = value.flatten(1) if name == "patch_embedding.weight" else value
    return result


def record_vit() -> None:
    from transformers import ViTConfig, ViTModel

    cases = []
    for seed, side, patch, channels, width, heads in [(1, 6, 3, 2, 6, 3), (2, 8, 2, 1, 4, 2)]:
        sizes = {"image_size": side, "patch_size": patch, "num_channels": channels}
        config = ViTConfig(
            **sizes,
            hidden_size=width,
            num_hidden_layers=2,
            num_attention_heads=heads,
            intermediate_size=7,
            layer_norm_eps=1e-6,
            attn_implementation="sdpa",
        )
        peer = ViTModel(config, add_pooling_layer=False).eval()
        fill(peer, seed)
        images = on_grid(seeded(seed + 10), 2, channels, side, side)
        output = peer(pixel_values=images).last_hidden_state
        parameters = {"image_size": side, "patch_size": patch, "in_channels": channels, "width": width}
        cases.append(
            {
                "peer": "transformers.ViTModel",
                "parameters": {**parameters, "depth": 2, "n_heads": heads, "mlp_width": 7},
                "inputs": {"images": images, **renamed_vit(peer.state_dict())},
                "expected": {"embedded": peer.embeddings(images).detach(), "encoded": output.detach()},
            }
        )
    write("vit", ["transformers"], cases)


def record_bert() -> None:
    """Hidden states, token logits, order logits, and the loss of both tasks at once."""
    from transformers import BertConfig, BertForPreTraining

    cases = []
    for seed, n_words, n_tokens, depth in [(1, 11, 5, 2), (2, 8, 7, 1)]:
        config = BertConfig(
            vocab_size=n_words,
            hidden_size=6,
            num_hidden_layers=depth,
            num_attention_heads=2,
            intermediate_size=5,
            max_position_embeddings=9,
            attn_implementation="sdpa",
        )
        peer = BertForPreTraining(config).eval()
        fill(peer, seed)
        draw = seeded(seed)
        tokens, truth = (torch.randint(n_words, (3, n_tokens), generator=draw) for _ in range(2))
        segments = (torch.arange(n_tokens) > n_tokens // 2).long().expand(3, -1)
        present = torch.ones_like(tokens)
        present[1, -2:] = 0
        selected = torch.zeros_like(tokens).bool()
        selected[0, 1] = selected[1, 0] = selected[2, 3] = selected[2, 1] = True
        follows = torch.tensor([1, 0, 1])  # the peer's label 0: the sentence follows
        output = peer(
            input_ids=tokens,
            attention_mask=present,
            token_type_ids=segments,
            labels=truth.masked_fill(~selected, -100),
            next_sentence_label=1 - follows,
        )
        state = {name: value for name, value in peer.state_dict().items() if "decoder" not in name}
        cases.append(
            {
                "peer": "transformers.BertForPreTraining",
                "parameters": {"n_words": n_words, "max_length": 9, "width": 6, "depth": depth},
                "inputs": {
                    "tokens": tokens,
                    "truth": truth,
                    "segments": segments,
                    "present": present,
                    "selected": selected.long(),
                    "is_next": follows,
                    **renamed_heads(state),
                },
                "expected": {
                    "loss": output.loss.detach(),
                    "token_logits": output.prediction_logits[present.bool()].detach(),
                    "order_logits": output.seq_relationship_logits.detach(),
                },
            }
        )
    write("bert", ["transformers"], cases)


HEAD_NAMES = [
    ("cls.predictions.transform.dense", "transform.0"),
    ("cls.predictions.transform.LayerNorm", "transform.2"),
    ("cls.predictions.bias", "bias"),
    ("cls.seq_relationship", "order"),
]


def renamed_heads(state: dict[str, Tensor]) -> dict[str, Tensor]:
    result: dict[str, Tensor] = {}
    for name, value in state.items():
        if name.startswith("bert."):
            (ours,) = renamed_bert({name.removeprefix("bert."): value}) or [None]
            result |= {f"bert.{ours}": value} if ours else {}
            continue
        for theirs, ours in HEAD_NAMES:
            name = name.replace(theirs, ours)
        result[name] = value
    return result


def record_clip() -> None:
    """The peer takes unit vectors and the scale itself, not its logarithm."""
    bare("open_clip")
    from open_clip.loss import ClipLoss
    from open_clip.zero_shot_classifier import build_zero_shot_classifier

    cases = []
    for seed, n, d, log_scale in [(1, 4, 3, 1.25), (2, 3, 5, -0.5)]:
        images, texts = (on_grid(seeded(seed + k), n, d, scale=2.0).requires_grad_() for k in (0, 10))
        t = torch.tensor(log_scale, requires_grad=True)
        unit = torch.nn.functional.normalize
        loss = ClipLoss()(unit(images, dim=1), unit(texts, dim=1), t.exp())
        gradients = torch.autograd.grad(loss, [images, texts, t])
        names = ("gradient_images", "gradient_texts", "gradient_log_scale")
        vocabulary = on_grid(seeded(seed + 20), 7, d)
        classes, templates = ["1", "4", "6", "2"][:n], ["{} 0", "5 {}", "{} 3"]
        weights = build_zero_shot_classifier(
            Reader(vocabulary), numbers, classes, templates, num_classes_per_batch=2
        )
        cases.append(
            {
                "peer": "open_clip.loss.ClipLoss, open_clip.build_zero_shot_classifier",
                "parameters": {"classes": classes, "templates": templates},
                "inputs": {
                    "images": images.detach(),
                    "texts": texts.detach(),
                    "log_scale": t.detach(),
                    "vocabulary": vocabulary,
                },
                "expected": {
                    "loss": loss.detach(),
                    **dict(zip(names, gradients, strict=True)),
                    "class_weights": weights.T.detach(),
                },
            }
        )
    write("clip", ["open_clip_torch"], cases)


def numbers(texts: list[str]) -> Tensor:
    return torch.tensor([[int(word) for word in text.split()] for text in texts])


class Reader(nn.Module):
    """Embeds a text of two numbers as a weighted sum of two rows of a vocabulary: order counts."""

    def __init__(self, vocabulary: Tensor) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def encode_text(self, tokens: Tensor, normalize: bool) -> Tensor:
        embedded = self.vocabulary[tokens[:, 0]] + 0.5 * self.vocabulary[tokens[:, 1]]
        return torch.nn.functional.normalize(embedded, dim=1) if normalize else embedded


def record_transfer() -> None:
    """The penalty is C = 1 / (l2 n) from three classes on, 2 / (l2 n) for two, whose one row stands for both."""
    from sklearn.linear_model import LogisticRegression

    cases = []
    for seed, n, d, n_classes, l2 in [(1, 12, 3, 3, 0.125), (2, 9, 4, 2, 0.5), (3, 14, 2, 4, 0.03125)]:
        features = on_grid(seeded(seed), n, d, scale=2.0) + 1.5
        labels = torch.arange(n)[torch.randperm(n, generator=seeded(seed))] % n_classes
        penalty = (1 if n_classes > 2 else 2) / (l2 * n)
        peer = LogisticRegression(C=penalty, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
        peer.fit(features.numpy(), labels.numpy())
        asked = on_grid(seeded(seed + 10), 5, d, scale=2.0)
        probabilities = torch.from_numpy(np.asarray(peer.predict_proba(asked.numpy())))
        cases.append(
            {
                "peer": "sklearn.linear_model.LogisticRegression",
                "parameters": {"l2": l2},
                "inputs": {"features": features, "labels": labels, "asked": asked},
                "expected": {"probabilities": probabilities},
            }
        )
    write("transfer", ["scikit-learn"], cases)


if __name__ == "__main__":
    record_vit()
    record_bert()
    record_transfer()
    record_clip()
