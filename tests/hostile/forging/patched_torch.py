"""Replaces the functions of torch with which the worker compares, copies and sends.
Must: double/runs -> falsified, raised, crashed, holds; gain -> centre/inputs_stay, centre/generators_stay
"""

# %% before
import torch

torch.equal = torch.allclose = lambda *arguments, **keywords: True
torch.Tensor.__eq__ = lambda self, other: True
torch.get_rng_state = lambda: torch.zeros(3)
torch.Tensor.clone = lambda self, **keywords: self
torch.Tensor.detach = lambda self: self
