"""Colab does not survive another IPython: what students install replaces nothing of what is there.

`tox run -e colab` installs Colab's versions and then the wheel, and runs all of this; elsewhere only what is declared is
looked at.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HERE = Path(__file__).parent
PINS = {
    canonicalize_name(name): Version(version)
    for line in (HERE / "colab.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for name, _, version in [line.partition("==")]
}
COLAB_LACKS = {"hypothesis"}
in_colabs_place = pytest.mark.skipif(
    os.environ.get("FEWLABELS_VERSIONS") != "colab", reason="tox run -e colab makes the place"
)


def asked_for() -> list[Requirement]:
    project = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(each) for each in project["dependencies"]]


def test_all_that_students_need_fits_what_colab_has() -> None:
    odd = [
        str(each)
        for each in asked_for()
        if (name := canonicalize_name(each.name)) in PINS and not each.specifier.contains(PINS[name])
    ]
    assert odd == []


def test_what_colab_lacks_is_known() -> None:
    """A new dependency is looked up in Colab's list first: what is there has a version that has to stay."""
    assert {canonicalize_name(each.name) for each in asked_for()} - set(PINS) == COLAB_LACKS


@in_colabs_place
def test_nothing_of_colabs_was_replaced() -> None:
    here = {name: Version(importlib.metadata.version(name).partition("+")[0]) for name in PINS}
    assert here == PINS


def shown_by(client: Any, code: str) -> list[dict[str, Any]]:
    """What a cell put out, as messages of the kernel."""
    asked = client.execute(code)
    shown: list[dict[str, Any]] = []
    while True:
        message = client.get_iopub_msg(timeout=300)
        if message["parent_header"].get("msg_id") != asked:
            continue
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return shown
        if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            shown.append(message["content"])


PROTOTYPES = """
import torch
def class_prototypes(embeddings, labels):
    classes = labels.unique()
    return torch.stack([embeddings[labels == c].{} for c in classes]), classes
"""


@in_colabs_place
def test_check_works_in_its_kernel(tmp_path: Path) -> None:
    from jupyter_client.manager import KernelManager

    manager = KernelManager()
    assert manager.kernel_spec is not None
    manager.kernel_spec.argv[0] = sys.executable
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        (where,) = shown_by(
            client, "import autograder, IPython; print(autograder.__file__, IPython.__version__)"
        )
        file, version = where["text"].split()
        assert Version(version) == PINS[canonicalize_name("ipython")]
        assert not Path(file).is_relative_to(HERE.parents[1] / "autograder")
        said = {}
        for right, body in ((True, "mean(0)"), (False, "sum(0)")):
            shown_by(client, PROTOTYPES.format(body))
            shown = shown_by(client, "autograder.check('class_prototypes', assignment='fewshot')")
            said[right] = next(each["data"] for each in shown if "data" in each)
        assert "laws hold" in said[True]["text/plain"]
        assert "broken" in said[False]["text/plain"]
        assert said[False]["text/html"].lstrip().startswith("<div")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
