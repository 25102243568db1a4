"""Planted leaks: each function spoils a clean release in one way and gives what the scan says.

The name says what leaks; the scan has to tell it, with the file and, in a notebook, with the cell.
"""

from __future__ import annotations

import base64
import html
import io
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

from autograder.release.leaks import Finding
from tests.release.clean import (
    ROOT,
    attached,
    bare,
    cell,
    findings,
    png,
    released,
    renamed,
    solution,
    source_with,
    wheel_with,
    with_cell,
)

Found = list[Finding]
PLANTED: dict[str, Callable[[], Found]] = {}
WRITTEN = """\
The first term is the same for all classes, and a softmax does not change when the same number is added to all its inputs.
What remains is linear in z: a hyperplane, perpendicular to the line between the two prototypes and half way between them."""


def planted(function: Callable[[], Found]) -> Callable[[], Found]:
    PLANTED[function.__name__] = function
    return function


# --- markers


@planted
def hidden_test_without_its_s() -> Found:
    return findings(with_cell("### BEGIN HIDDEN TEST\nassert class_prototypes\n### END HIDDEN TEST"))


@planted
def soluton() -> Found:
    return findings(with_cell("### BEGIN SOLUTON\nx = 1\n### END SOLUTON"))


@planted
def markers_in_small_letters() -> Found:
    return findings(with_cell("# begin solution\nx = 1\n# end solution"))


@planted
def markers_with_underscores() -> Found:
    return findings(with_cell("#BEGIN_SOLUTION\nx = 1\n#END_SOLUTION"))


@planted
def marking_scheme_in_one_word() -> Found:
    return findings(with_cell("### BEGIN MARKSCHEME\none point\n### END MARKSCHEME", "markdown"))


@planted
def whole_region_left() -> Found:
    return findings(with_cell(solution("train")))


@planted
def start_of_a_solution() -> Found:
    return findings(with_cell("# START SOLUTION\nx = 1\n# STOP SOLUTION"))


@planted
def region_without_an_end_in_the_source() -> Found:
    def change(document):  # type: ignore[no-untyped-def]
        cell(document, "train")["source"] = solution("train").replace("    ### END SOLUTION", "")

    return findings(source=source_with(change))


@planted
def misspelt_marker_in_a_solution_cell_of_the_source() -> Found:
    def change(document):  # type: ignore[no-untyped-def]
        cell(document, "train")["source"] = solution("train").replace("BEGIN SOLUTION", "BEGIN SOLUTIONS!")

    return findings(source=source_with(change))


@planted
def hidden_tests_inside_of_a_solution_of_the_source() -> Found:
    def change(document):  # type: ignore[no-untyped-def]
        text = "### BEGIN SOLUTION\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS\n### END SOLUTION"
        cell(document, "train")["source"] = text

    return findings(source=source_with(change))


# --- code


@planted
def solution_in_another_cell() -> Found:
    return findings(with_cell(bare("class_prototypes")))


@planted
def solution_with_other_names() -> Found:
    return findings(with_cell(renamed(bare("class_probabilities"))))


@planted
def solution_in_another_order() -> Found:
    lines = bare("train").splitlines()
    head = [lines[0], lines[4], lines[3], lines[1], lines[2], *lines[5:]]
    return findings(with_cell("\n".join(head)))


@planted
def solution_laid_out_anew() -> Found:
    code = """\
def class_prototypes(embeddings, labels):
        # the classes first
        classes = \\
            labels.unique(
            )
        member = (
            classes.unsqueeze(1)
            ==
            labels
        ).to( embeddings . dtype )
        return ( (member @ embeddings)
                 / member.sum( keepdim = True , dim = 1 ) ), classes"""
    return findings(with_cell(code))


@planted
def solution_with_annotations_and_prints_in_between() -> Found:
    code = """\
def f(q: torch.Tensor, p: torch.Tensor) -> torch.Tensor:
    print("queries", q.shape)
    delta: torch.Tensor = q.unsqueeze(1) - p
    print("differences", delta.shape)
    squares: torch.Tensor = delta.square().sum(dim=2)
    print("distances", squares.shape)
    return F.softmax(-squares, dim=1)"""
    return findings(with_cell(code))


@planted
def solution_as_a_lambda() -> Found:
    return findings(with_cell("probabilities = lambda q, p: F.softmax(-torch.cdist(q, p).pow(2), dim=1)"))


@planted
def solution_without_its_function() -> Found:
    body = "\n".join(line[4:] for line in bare("sample_episode").splitlines()[1:])
    return findings(with_cell("labels, n_way = background.labels, 5\n" + body.replace("return", "result =")))


@planted
def most_of_a_solution() -> Found:
    lines = bare("episode_loss").splitlines()
    return findings(with_cell("\n".join([lines[0], *lines[2:]])))


@planted
def half_of_the_network() -> Found:
    return findings(with_cell(solution("embedding_net").split("### BEGIN SOLUTION")[1].split("### END")[0]))


@planted
def solution_commented_out() -> Found:
    return findings(with_cell("\n".join(f"# {line}" for line in bare("class_prototypes").splitlines())))


@planted
def solution_behind_code_in_comments() -> Found:
    lines = bare("class_probabilities").splitlines()
    return findings(with_cell("\n".join(f"x = {i}  # {line.strip()}" for i, line in enumerate(lines))))


@planted
def solution_under_a_magic() -> Found:
    return findings(with_cell("%%writefile solution.txt\n" + bare("train")))


@planted
def solution_in_a_raw_cell() -> Found:
    return findings(with_cell(bare("train"), "raw"))


@planted
def another_right_program() -> Found:
    text = (ROOT / "corpus/fewshot/solutions/prototypes_sort_and_split.py").read_text(encoding="utf-8")
    return findings(with_cell(renamed(text)))


@planted
def function_of_the_reference() -> Found:
    text = (ROOT / "reference/prototypical.py").read_text(encoding="utf-8")
    start = text.index("def class_prototypes")
    return findings(with_cell(renamed(text[start : text.index("\ndef ", start + 1)])))


@planted
def check_of_the_staff() -> Found:
    text = (ROOT / "autograder/hidden/fewshot/prototypes.py").read_text(encoding="utf-8")
    return findings(
        with_cell(
            text[
                text.index("def gradient_is") : text.index(
                    "@check(class_prototypes, support=balanced_sets(features"
                )
            ]
        )
    )


# --- in strings


@planted
def solution_in_a_string() -> Found:
    return findings(with_cell(f"hint = {bare('class_prototypes')!r}"))


@planted
def solution_in_a_docstring() -> Found:
    body = "\n".join("    " + line for line in bare("class_probabilities").splitlines())
    return findings(with_cell(f'def help_me():\n    """Like this:\n\n{body}\n    """\n'))


@planted
def solution_in_a_list_of_lines() -> Found:
    return findings(with_cell(f"lines = {bare('train').splitlines()!r}"))


@planted
def solution_in_strings_that_are_added() -> Found:
    code = bare("class_probabilities")
    half = len(code) // 2
    return findings(with_cell(f"exec({code[:half]!r} + {code[half:]!r})"))


@planted
def solution_in_base64() -> Found:
    packed = base64.b64encode(bare("train").encode()).decode()
    return findings(with_cell(f"import base64\nexec(base64.b64decode({packed!r}))"))


@planted
def solution_compressed_in_base64() -> Found:
    packed = base64.b64encode(zlib.compress(bare("train").encode()))
    return findings(with_cell(f"exec(unpack({packed!r}))"))


# --- in texts, outputs, metadata


@planted
def solution_in_a_fence_of_markdown() -> Found:
    return findings(with_cell(f"Try this:\n\n```python\n{bare('class_prototypes')}\n```\n", "markdown"))


@planted
def solution_line_by_line_in_prose() -> Found:
    text = "First\n\n`differences = queries.unsqueeze(1) - prototypes`\n\nthen\n\n`d = differences.square().sum(dim=2)`\n\n"
    return findings(with_cell(text + "and\n\n`return F.softmax(-d, dim=1)`\n", "markdown"))


@planted
def solution_in_a_printed_output() -> Found:
    output = {"output_type": "stream", "name": "stdout", "text": bare("train").splitlines(keepends=True)}
    return findings(with_cell("help(train)", outputs=[output]))


@planted
def solution_in_html_of_an_output() -> Found:
    text = f"<pre>{html.escape(bare('class_prototypes'))}</pre>"
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": text}}
    return findings(with_cell("show()", outputs=[output]))


@planted
def solution_in_a_traceback() -> Found:
    lines = [f"      {i} {line}" for i, line in enumerate(bare("class_probabilities").splitlines())]
    output = {"output_type": "error", "ename": "E", "evalue": "", "traceback": lines}
    return findings(with_cell("boom()", outputs=[output]))


@planted
def solution_in_an_image_of_an_output() -> Found:
    data = {"image/png": base64.b64encode(png(bare("train"))).decode()}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    found = findings(with_cell("plt.show()", outputs=[output]))
    return [each for each in found if "image" in each.what]


@planted
def solution_in_the_metadata_of_a_cell() -> Found:
    return findings(with_cell("x = 1", metadata={"solution2": {"code": bare("train")}}))


@planted
def solution_in_the_metadata_of_the_notebook() -> Found:
    document = released()
    document["metadata"]["backup"] = {"cells": [bare("sample_episode").splitlines(keepends=True)]}
    return findings(document)


@planted
def written_answer_in_a_cell() -> Found:
    return findings(with_cell(WRITTEN, "markdown"))


@planted
def written_answer_in_the_data_notes() -> Found:
    return findings(files={"DATA.md": f"# Data\n\n{WRITTEN}\n".encode()})


# --- in images


@planted
def solution_in_a_text_chunk() -> Found:
    return findings(attached(png(bare("class_prototypes"))))


@planted
def solution_in_a_compressed_chunk() -> Found:
    return findings(attached(png(bare("class_prototypes"), compressed=True)))


@planted
def solution_in_an_international_chunk() -> Found:
    return findings(attached(png(bare("class_prototypes"), international=True, compressed=True)))


@planted
def solution_behind_an_image() -> Found:
    return findings(attached(png(behind=bare("train").encode())))


@planted
def archive_behind_an_image() -> Found:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.py", bare("train"))
    return findings(attached(png(behind=buffer.getvalue())))


@planted
def solution_in_the_comment_of_a_jpeg() -> Found:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "JPEG", comment=bare("train").encode())
    return findings(attached(buffer.getvalue(), "image/jpeg"))


@planted
def solution_in_an_svg() -> Found:
    text = f"<svg><desc>{html.escape(bare('class_probabilities'))}</desc></svg>"
    return findings(attached(text.encode(), "image/svg+xml"))


# --- in the wheel and other files


@planted
def staff_wing_in_the_wheel() -> Found:
    return findings(files=wheel_with(autograder__hidden__fewshot__loss="x = 1"))


@planted
def reference_in_the_wheel() -> Found:
    return findings(files=wheel_with(reference__prototypical="x = 1"))


@planted
def mistakes_in_the_wheel() -> Found:
    return findings(files=wheel_with(tests__mistakes__fewshot__loss="x = 1"))


@planted
def solution_in_a_public_check() -> Found:
    return findings(files=wheel_with(autograder__checks__fewshot__extra=renamed(bare("class_prototypes"))))


@planted
def reference_copied_into_a_prop() -> Found:
    text = (ROOT / "reference/maml.py").read_text(encoding="utf-8")
    return findings(files=wheel_with(autograder__props__more=text.replace("import", "from x import")))


@planted
def public_check_that_imports_the_staff_wing() -> Found:
    code = "def late():\n    from autograder.hidden.fewshot import oracle\n    return oracle\n"
    return findings(files=wheel_with(autograder__checks__fewshot__extra=code))


@planted
def archive_with_a_solution() -> Found:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("helpers.py", bare("train"))
    return findings(files={"helpers.zip": buffer.getvalue()})


@planted
def script_beside_the_notebook() -> Found:
    return findings(files={"tools.py": f"import torch\n\n\n{bare('sample_episode')}\n".encode()})


# --- imports


@planted
def import_of_the_staff_wing() -> Found:
    return findings(with_cell("from autograder.hidden.fewshot import oracle"))


@planted
def import_of_the_staff_wing_from_above() -> Found:
    return findings(with_cell("from autograder import hidden"))


@planted
def import_of_the_reference() -> Found:
    return findings(with_cell("import reference.prototypical as p\np"))


@planted
def import_by_name() -> Found:
    return findings(with_cell('import importlib\nimportlib.import_module("reference.prototypical")'))


@planted
def import_in_a_text() -> Found:
    return findings(
        with_cell("Staff: `from reference import prototypical` first.\n\n    import reference", "markdown")
    )


# --- points and grade ids


@planted
def points_that_no_check_answers() -> Found:
    marks = {"grade": True, "grade_id": "bonus_checks", "locked": True, "points": 2, "solution": False}
    return findings(with_cell("bonus()", metadata={"nbgrader": marks}))


@planted
def checks_without_a_cell() -> Found:
    document = released()
    document["cells"].remove(cell(document, "train-checks"))
    return findings(document)


@planted
def grade_id_there_twice() -> Found:
    document = released()
    document["cells"].append(dict(cell(document, "train-checks"), id="again"))
    return findings(document)


@planted
def cell_that_asks_for_an_unknown_exercise() -> Found:
    return findings(with_cell('check("class_prototype")'))


@planted
def cell_that_asks_for_another_exercise() -> Found:
    document = released()
    cell(document, "train-checks")["source"] = 'check("episode_loss")'
    return findings(document)


@planted
def points_of_a_cell_that_is_not_graded() -> Found:
    marks = {"grade": False, "grade_id": "extra", "locked": False, "points": 2, "solution": True}
    return findings(with_cell("x = 1", metadata={"nbgrader": marks}))
