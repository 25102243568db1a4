"""What is added to an error: the variable that lies wrong, its line, and what to change."""

from __future__ import annotations

import linecache

import pytest

from autograder.simulated_cuda import DeviceMismatch, OnDevice, simulated_cuda


def hint(code: str) -> str:
    """The sentence behind torch's own message, for a program of several lines."""
    name = "<student>"
    source = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n" + code
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    with pytest.raises((DeviceMismatch, OnDevice)) as caught, simulated_cuda():
        exec(compile(source, name, "exec"), {"__name__": "__main__"})
    first, _, said = str(caught.value).partition("\n")
    assert "meta" not in first
    return said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "images = torch.ones(5, 2).cuda()\ntargets = torch.arange(2)\nF.cross_entropy(images, targets.repeat(3)[:5])",
            "a tensor of shape (5,) is on the CPU; create it with device=images.device, or move it.",
        ),
        (
            "def loss(images):\n    targets = torch.arange(2)\n    return F.cross_entropy(images, targets)\n\n"
            "loss(torch.ones(2, 2).cuda())",
            "`targets` was created on the CPU in line 5; create it with device=images.device.",
        ),
        (
            "def loss(images, labels):\n    return F.cross_entropy(images, labels)\n\n"
            "loss(torch.ones(2, 2).cuda(), torch.arange(2))",
            "`labels` came in on the CPU; move it first: labels = labels.to(images.device).",
        ),
        (
            "rows = torch.ones(2, 2)\nhalf = rows / 2\nrows.cuda() + half",
            "`half` was made on the CPU in line 5; move it there with .to(device).",
        ),
        (
            "net = nn.Sequential(nn.Linear(2, 2))\nnet(torch.ones(1, 2).cuda())",
            "The network `net` is on the CPU (its 0.bias is): move it first, net.to(device).",
        ),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.scale = torch.ones(2)\n"
            "    def forward(self, x):\n        return x * self.scale\nnet = Net().cuda()\nnet(torch.ones(1, 2).cuda())",
            "`net.scale` is a plain tensor on the CPU, which net.to(device) does not move: make it a buffer, "
            "self.register_buffer('scale', ...).",
        ),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.parts = [nn.Linear(2, 2)]\n"
            "    def forward(self, x):\n        return self.parts[0](x)\nnet = Net().cuda()\nnet(torch.ones(1, 2).cuda())",
            "The layers in `net.parts` are on the CPU: in a list the network does not know them. Use nn.ModuleList or "
            "nn.ModuleDict.",
        ),
        (
            "scores = torch.ones(3).cuda()\nscores.numpy()",
            "`scores` is on the GPU; copy it to the CPU first: scores.detach().cpu().",
        ),
        (
            "rows = torch.ones(3, 2)\nbest = torch.tensor([1]).cuda()\nrows[best]",
            "`rows` was created on the CPU in line 4; create it with device=best.device.",
        ),
    ],
)
def test_the_hint_names_variable_line_and_remedy(code: str, said: str) -> None:
    assert hint(code).endswith(said)
