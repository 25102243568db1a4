"""What is not there in grading is told by its name, with what to do; other errors are left alone."""

from __future__ import annotations

import pytest
import torch

from autograder.laws.vocabulary import Law
from autograder.model import Call, Raised
from autograder.runner.judging import judge
from autograder.runner.unavailable import advice


def error_of(code: str) -> Raised:
    try:
        exec(code, {"torch": torch})
    except Exception as error:
        return Raised(type(error).__name__, str(error))
    raise AssertionError("no error")


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
@pytest.mark.parametrize(
    "code",
    [
        "torch.ones(1).to('cuda')",
        "torch.ones(1).cuda()",
        "torch.ones(1, device='cuda:0')",
        "torch.nn.Linear(1, 1).cuda()",
    ],
)
def test_this_machine_s_own_words_for_a_missing_gpu(code: str) -> None:
    raised = error_of(code)
    assert advice(raised).startswith("There is no GPU where this ran.")
    asked = Call("train", {}, {"device": "cpu"})
    assert advice(raised, asked).startswith('device="cpu" was asked for. There is no GPU')


@pytest.mark.parametrize(
    ("kind", "message", "said"),
    [
        (  # where torch.cuda was begun in this process and found nothing
            "NotImplementedError",
            "Could not run 'aten::empty.memory_format' with arguments from the 'CUDA' backend.",
            "There is no GPU where this ran.",
        ),
        ("RuntimeError", "PyTorch is not linked with support for cuda devices", "no GPU"),
        ("RuntimeError", "PyTorch is not linked with support for mps devices", "no such device"),
        ("InductorError", "PermissionError: [Errno 13] Permission denied", "no compiler"),
        ("BackendCompilerFailed", "backend='inductor' raised", "no compiler"),
        ("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>", "no network"),
        ("ModuleNotFoundError", "No module named 'torchvision'", "Only the packages"),
    ],
)
def test_what_else_is_not_there(kind: str, message: str, said: str) -> None:
    assert said in advice(Raised(kind, message))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied"),
        ("ImportError", "cannot import name 'relu9' from 'torch'"),
        ("PermissionError", "[Errno 13] Permission denied: 'x.txt'"),
        ("ValueError", "the device is wrong"),
    ],
)
def test_a_student_s_own_mistake_gets_no_excuse(kind: str, message: str) -> None:
    assert advice(Raised(kind, message)) == ""


def test_it_stands_behind_the_error_in_the_message() -> None:
    raised = Raised("AssertionError", "Torch not compiled with CUDA enabled", "line 2 of its cell")
    found = judge(Law((Call("train", {}, {"device": "cpu"}),), lambda out: None), [raised])
    assert found is not None
    assert found.broken.message.startswith(
        'It raised AssertionError: Torch not compiled with CUDA enabled (line 2 of its cell). device="cpu" was asked for.'
    )
