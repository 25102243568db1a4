"""Record lora, prompt_tuning, prefix_tuning and adapters from peft and adapters.

    tox run -e oracles

adapters is written for an older transformers: its bottleneck and its configuration are imported without the package
around them.
"""

from __future__ import annotations

import sys
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
    return {f"gradient_{name}": g for name, g in zip(inputs, gradients, strict=True)}


def weighted(outputs: Tensor) -> Tensor:
    """A loss in which no output counts as another."""
    return (outputs * torch.arange(1.0, outputs.numel() + 1).reshape(outputs.shape)).square().mean() / 64


class Two(nn.Module):
    """Two linear maps, of which one is adapted."""

    def __init__(self, d: int, k: int, bias: bool) -> None:
        super().__init__()
        self.query = nn.Linear(d, k, bias=bias)
        self.other = nn.Linear(k, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.other(self.query(x).tanh())


def fill(net: nn.Module, seed: int) -> None:
    with torch.no_grad():
        for number, parameter in enumerate(net.parameters()):
            parameter.copy_(on_grid(seeded(100 * seed + number), *parameter.shape, scale=0.5))


def record_lora() -> None:
    from peft import LoraConfig, get_peft_model

    cases = []
    for seed, d, k, rank, alpha, bias in [(1, 4, 3, 2, 6.0, True), (2, 3, 5, 3, 2.0, False)]:
        config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=["query"], init_lora_weights=False)
        peer = get_peft_model(Two(d, k, bias), config, autocast_adapter_dtype=False).double()
        fill(peer, seed)
        layer = peer.base_model.model.query
        down, up = layer.lora_A["default"].weight, layer.lora_B["default"].weight
        x = on_grid(seeded(seed + 50), 2, 3, d)
        outputs = peer(x)
        expected = with_gradients(weighted(outputs), down=down, up=up)
        inputs = {"x": x, "weight": layer.base_layer.weight, "down": down, "up": up}
        inputs |= {"bias": layer.base_layer.bias} if bias else {}
        inputs |= {f"other_{name}": p for name, p in peer.base_model.model.other.named_parameters()}
        expected |= {"outputs": outputs.detach(), "delta": layer.get_delta_weight("default").detach()}
        inputs = {name: value.detach().clone() for name, value in inputs.items()}  # merging works in place
        merged = peer.merge_and_unload()
        expected["merged"] = merged.query.weight.detach()
        cases.append(
            {
                "peer": "peft.LoraConfig",
                "parameters": {"rank": rank, "alpha": alpha, "bias": bias},
                "inputs": inputs,
                "expected": expected,
            }
        )
    write("lora", ["peft"], cases)


def record_prompt_tuning() -> None:
    """A small BERT under peft; the embedded prompt and input, as the encoder gets them, and the output's gradient."""
    from peft import PromptTuningConfig, TaskType, get_peft_model
    from transformers import BertConfig, BertModel

    cases = []
    for seed, n_prompt, n_tokens in [(1, 3, 4), (2, 2, 5)]:
        config = BertConfig(
            vocab_size=9,
            hidden_size=6,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=5,
            max_position_embeddings=12,
            attn_implementation="sdpa",
        )
        settings = PromptTuningConfig(task_type=TaskType.FEATURE_EXTRACTION, num_virtual_tokens=n_prompt)
        peer = (
            get_peft_model(BertModel(config).eval(), settings, autocast_adapter_dtype=False).double().eval()
        )
        fill(peer, seed)
        tokens = torch.randint(9, (2, n_tokens), generator=seeded(seed))
        present = torch.ones_like(tokens)
        present[0, -1] = 0
        hidden = peer(input_ids=tokens, attention_mask=present).last_hidden_state
        prompt = peer.prompt_encoder["default"].embedding.weight
        state = {name: value.detach() for name, value in peer.get_base_model().state_dict().items()}
        keep = present.bool()
        # What stands at the padding is nobody's business.
        seen = torch.cat([hidden[:, :n_prompt].flatten(0, 1), hidden[:, n_prompt:][keep]])
        cases.append(
            {
                "peer": "peft.PromptTuningConfig",
                "parameters": {"n_prompt": n_prompt},
                "inputs": {
                    "tokens": tokens,
                    "present": present,
                    "prompt": prompt.detach(),
                    **renamed_bert(state),
                },
                "expected": {"seen": seen.detach(), **with_gradients(weighted(seen), prompt=prompt)},
            }
        )
    write("prompt_tuning", ["peft", "transformers"], cases)


# transformers' names, and where the parameters live in reference.bert.
BERT_NAMES = [
    ("embeddings.word_embeddings", "tokens"),
    ("embeddings.position_embeddings", "positions"),
    ("embeddings.token_type_embeddings", "segments"),
    ("embeddings.LayerNorm", "norm"),
    ("encoder.layer.", "encoder.layers."),
    ("attention.self.", "attention."),
    ("attention.output.dense", "attention.output"),
    ("attention.output.LayerNorm", "attention_norm"),
    ("intermediate.dense", "mlp.0"),
    ("output.dense", "mlp.2"),
    ("output.LayerNorm", "mlp_norm"),
    ("pooler.dense", "pooler"),
]


def renamed_bert(state: dict[str, Tensor]) -> dict[str, Tensor]:
    result = {}
    for name, value in state.items():
        if name.endswith(("position_ids", "token_type_ids")):
            continue
        for theirs, ours in BERT_NAMES:
            name = name.replace(theirs, ours)
        result[name] = value
    return result


def record_prefix_tuning() -> None:
    from peft import PrefixTuningConfig
    from peft.tuners.prefix_tuning import PrefixEncoder

    cases = []
    for seed, n_tokens, depth, n_heads, e, hidden in [
        (1, 3, 2, 2, 3, None),
        (2, 4, 3, 1, 2, None),
        (3, 2, 2, 3, 2, 5),
    ]:
        width = n_heads * e
        settings = PrefixTuningConfig(
            num_virtual_tokens=n_tokens,
            token_dim=width,
            num_layers=depth,
            num_attention_heads=n_heads,
            encoder_hidden_size=hidden,
            prefix_projection=hidden is not None,
        )
        peer = PrefixEncoder(settings)
        fill(peer, seed)
        matrix = peer(torch.arange(n_tokens)[None])
        # peft's own layout, from PeftModel.get_prompt: keys and values alternate along the first axis.
        parts = matrix.view(1, n_tokens, depth * 2, n_heads, e).permute([2, 0, 3, 1, 4])
        inputs = {name: value.detach() for name, value in peer.state_dict().items()}
        cases.append(
            {
                "peer": "peft.tuners.prefix_tuning.PrefixEncoder",
                "parameters": {"depth": depth, "n_heads": n_heads, "width": width, "hidden": hidden},
                "inputs": inputs,
                "expected": {
                    "matrix": matrix[0].detach(),
                    "keys": parts[0::2].detach(),
                    "values": parts[1::2].detach(),
                },
            }
        )
    write("prefix_tuning", ["peft"], cases)


def record_adapters() -> None:
    stubs: dict[str, dict[str, Any]] = {
        "adapters.utils": {"resolve_adapter_config": None},
        "adapters.context": {"ForwardContext": object},
    }
    bare("adapters", "adapters.configuration", "adapters.methods", stubs=stubs)
    from adapters.configuration.adapter_config import BnConfig, DoubleSeqBnConfig

    vars(sys.modules["adapters.configuration"]).update(BnConfig=BnConfig, AdapterFusionConfig=object)
    from adapters.methods.modeling import Adapter

    cases = []
    for seed, width, bottleneck in [(1, 4, 2), (2, 3, 5)]:
        peer = Adapter("golden", width, bottleneck, DoubleSeqBnConfig(non_linearity="gelu"))
        fill(peer, seed)
        tokens = on_grid(seeded(seed + 50), 2, 3, width)
        outputs = peer(tokens, residual_input=tokens)[0]
        linear = peer.adapter_down[0]
        named = {
            "down": linear.weight,
            "down_bias": linear.bias,
            "up": peer.adapter_up.weight,
            "up_bias": peer.adapter_up.bias,
        }
        cases.append(
            {
                "peer": "adapters.DoubleSeqBnConfig(non_linearity=gelu)",
                "parameters": {},
                "inputs": {"tokens": tokens, **{name: value.detach() for name, value in named.items()}},
                "expected": {"outputs": outputs.detach(), **with_gradients(weighted(outputs), **named)},
            }
        )
    write("adapters", ["adapters"], cases)


if __name__ == "__main__":
    record_lora()
    record_prompt_tuning()
    record_prefix_tuning()
    record_adapters()
