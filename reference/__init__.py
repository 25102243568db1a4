"""The lecture "Learning with few labeled examples", method by method: its table of contents.

Every file has one shape: citation, symbol table, equations as pure functions, a module where there are
parameters, and a paragraph on departures from the paper or from its authors' code.
"""

from __future__ import annotations

from typing import NamedTuple


class Method(NamedTuple):
    """A method of the lecture, the paper it comes from and the file of this package that holds it."""

    name: str
    paper: str
    file: str


METHODS: tuple[Method, ...] = (
    Method("linear probe, fine-tuning", "Donahue 2013", "transfer.py"),
    Method("Vision Transformer", "Dosovitskiy 2020", "vit.py"),
    Method("ladder network", "Rasmus 2015", "ladder.py"),
    Method("pseudo-labels, sharpening", "Lee 2013; Berthelot 2019", "pseudo_label.py"),
    Method("Pi-model", "Laine & Aila 2016", "pi_model.py"),
    Method("Mean Teacher", "Tarvainen & Valpola 2017", "mean_teacher.py"),
    Method("VAT", "Miyato 2017", "vat.py"),
    Method("UDA", "Xie 2019", "uda.py"),
    Method("MixMatch", "Berthelot 2019", "mixmatch.py"),
    Method("ReMixMatch", "Berthelot 2019", "remixmatch.py"),
    Method("FixMatch", "Sohn 2020", "fixmatch.py"),
    Method("Exemplar-CNN", "Dosovitskiy 2014", "exemplar.py"),
    Method("BERT pre-training", "Devlin 2018", "bert.py"),
    Method("CPC (InfoNCE with W_k)", "van den Oord 2018", "cpc.py"),
    Method("SimCLR (NT-Xent)", "Chen 2020", "simclr.py"),
    Method("BYOL", "Grill 2020", "byol.py"),
    Method("DINO", "Caron 2021", "dino.py"),
    Method("MAE", "He 2021", "mae.py"),
    Method("siamese networks", "Bromley 1993; Koch 2015", "siamese.py"),
    Method("matching networks", "Vinyals 2016", "matching.py"),
    Method("prototypical networks", "Snell 2017", "prototypical.py"),
    Method("episodic sampling", "Vinyals 2016", "episodes.py"),
    Method("MAML, first-order MAML, learned learning rate", "Finn 2017", "maml.py"),
    Method("CLIP: contrastive loss, zero-shot classifier, linear probe", "Radford 2021", "clip.py"),
    Method("adapters", "Houlsby 2019", "adapters.py"),
    Method("prompt tuning", "Lester 2021", "prompt_tuning.py"),
    Method("prefix tuning", "Li & Liang 2021", "prefix_tuning.py"),
    Method("LoRA", "Hu 2021", "lora.py"),
)
