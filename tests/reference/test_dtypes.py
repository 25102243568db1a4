"""Every equation keeps the dtype of its inputs, leaves them as they are, and passes finite gradients on."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from reference import (
    byol,
    cpc,
    dino,
    fixmatch,
    ladder,
    mae,
    mixmatch,
    pi_model,
    pseudo_label,
    remixmatch,
    simclr,
    uda,
    vat,
)

LABELS = torch.tensor([2, 0, 1, 1])

# Each takes two tensors (4, 3) of scores.
EQUATIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "sharpen": lambda a, b: pseudo_label.sharpen(a.softmax(dim=1), 0.5),
    "classification_loss": lambda a, b: pseudo_label.classification_loss(a, LABELS),
    "pseudo_label_loss": lambda a, b: pseudo_label.pseudo_label_loss(a, LABELS, b, 0.3),
    "consistency": pi_model.consistency,
    "kl_divergence": vat.kl_divergence,
    "entropy": lambda a, b: vat.entropy(a),
    "unit_vectors": lambda a, b: vat.unit_vectors(a),
    "masked_divergence": lambda a, b: uda.masked_divergence(b, a, temperature=0.4, threshold=0.3),
    "annealed": lambda a, b: uda.annealed_classification_loss(a, LABELS, 0.9),
    "fixmatch": lambda a, b: fixmatch.pseudo_label_consistency(b, a, 0.3),
    "mixup": lambda a, b: mixmatch.mixup(a, b, a.new_full((4,), 0.75)),
    "squared_error": lambda a, b: mixmatch.squared_error(a, b.softmax(dim=1)),
    "align": lambda a, b: remixmatch.align(a.softmax(dim=1), a.new_ones(3) / 3, b[0].softmax(dim=0)),
    "denoise": lambda a, b: ladder.denoise(a, b, a.new_ones(10, 3)),
    "denoising_cost": lambda a, b: ladder.denoising_cost(a, b, *ladder.batch_statistics(a)),
    "nt_xent": lambda a, b: simclr.nt_xent(a, b, 0.5),
    "info_nce": cpc.info_nce,
    "regression_loss": byol.regression_loss,
    "dino_loss": lambda a, b: dino.dino_loss(a[:, None], b[:2, None], b[0]),
    "masked_error": lambda a, b: mae.masked_error(a[None], b[None], a.new_tensor([[1, 0, 1, 0]])),
}


@pytest.mark.parametrize("name", EQUATIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_dtype_inputs_and_gradients(name: str, dtype: torch.dtype, scale: float) -> None:
    generator = torch.Generator().manual_seed(3)
    a, b = (scale * torch.randn(2, 4, 3, generator=generator)).to(dtype)
    before = (a.clone(), b.clone())
    a.requires_grad_()
    result = EQUATIONS[name](a, b)
    (gradient,) = torch.autograd.grad(result.sum(), a)
    assert result.dtype == gradient.dtype == dtype
    assert bool(result.isfinite().all())
    assert bool(gradient.isfinite().all())
    assert a.detach().equal(before[0])
    assert b.equal(before[1])
