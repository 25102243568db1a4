"""What a student wrote, in the browser of the person who grades it."""

from __future__ import annotations

import re

import pytest
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.model import CellResult, Raised
from autograder.nbgrader_bridge.untrusted import as_listing, safe_markdown, safe_outputs

HARMLESS = [
    "Plain *text* with `code <b>`, a < b and $p<q$ and $$\\sum_{i<n} i$$",
    "# Heading $x_1$\n\n1. one\n2. two\n\n- [x] done\n- [ ] open\n\n> quoted\n\n---",
    "| a | b |\n|:-:|--:|\n| 1 | 2 |",
    "```python\nif a<b: print('<script>')\n```",
    "[link](https://example.org/a?b=c:d) <https://example.org> [here](#Heading) ![i](figure.png)",
    "H<sub>2</sub>O<br>two lines, <b>bold</b> and <img src='figure.png' width='30'>",
    "term\n: definition\n\n~~gone~~",
]


@pytest.mark.parametrize("source", HARMLESS)
def test_an_honest_answer_stays_as_it_is(source: str) -> None:
    assert safe_markdown(source) == source


HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src='x'onerror='alert(1)'>",
    "<svg/onload=alert(1)>",
    "<svg><![CDATA[<img src=x onerror=alert(1)>]]></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "<form action='/formgrader/api/grade'><button>x</button></form>",
    "<style>* { display: none }</style>",
    "<b style='position: fixed; inset: 0'>x</b>",
    "<b class='btn mark-graded'>x</b>",
    "<b id='grade-1'>x</b>",
    "<meta http-equiv=refresh content='0; url=//evil.example'>",
    "<!-- --!><script>alert(1)</script> -->",
    "<?xml ?><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<input type=image src=x onerror=alert(1)>",
    "![x](attachment:never-attached.png)",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_a_hostile_answer_becomes_text(source: str) -> None:
    safe = safe_markdown(source + "\n\nand [x](javascript:alert(2))")
    assert safe == as_listing(source + "\n\nand [x](javascript:alert(2))")
    rendered = rendering(safe_markdown(source))
    for tag in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<form",
        "<style",
        "<meta",
        "<!",
        "<?",
        "<math",
        "<input",
    ):
        assert tag not in rendered.lower()
    assert re.search(r"<a[^>]*script", rendered, re.IGNORECASE) is None


def rendering(source: str) -> str:
    return MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(source)


def test_broken_tags_leave_the_rest_legible() -> None:
    assert safe_markdown("$a<b$ holds <script>x</script>") == "$a< b$ holds < script>x< /script>"


def test_a_listing_cannot_be_left() -> None:
    text = "```\n</code>\n`````\n<script>"
    assert as_listing(text) == f"``````\n{text}\n``````"
    assert "<script>" not in rendering(as_listing(text))


def test_attached_pictures_are_shown() -> None:
    attachments = {"plot.png": {"image/png": "iVBORw0KGgo="}}
    assert safe_markdown("![p](attachment:plot.png)", attachments) == "![p](attachment:plot.png)"


def outputs_of(*outputs: dict[str, object]) -> list[dict[str, object]]:
    return [dict(output) for output in safe_outputs(CellResult(index=0, outputs=outputs))]


def test_outputs_lose_what_would_run() -> None:
    table = "<table onclick='x()'><tr><td>1</td></tr></table><script>alert(1)</script>"
    data = {
        "text/plain": ["a", "b"],
        "text/html": table,
        "application/javascript": "alert(1)",
        "image/svg+xml": "<svg onload='alert(1)'/>",
        "text/latex": "$x$",
        "image/png": "iVBORw0KGgo=",
    }
    [shown] = outputs_of(
        {"output_type": "execute_result", "data": data, "metadata": {"filenames": {"x": "y"}}}
    )
    assert shown["output_type"] == "display_data"
    assert shown["metadata"] == {}
    assert shown["data"] == {
        "text/plain": "ab",
        "text/html": "<table><tbody><tr><td>1</td></tr></tbody></table>",
        "image/png": "iVBORw0KGgo=",
    }


def test_outputs_that_are_none_are_left_out() -> None:
    odd: list[dict[str, object]] = [
        {},
        {"output_type": "comm"},
        {"output_type": "display_data", "data": None},
        {"output_type": "stream", "name": 3, "text": ["one", 2, "\ud800"]},
        {"output_type": "error", "traceback": "none", "ename": None},
    ]
    stream, error = outputs_of(*odd)
    assert (stream["name"], stream["text"]) == ("stdout", "one?")
    assert (error["ename"], error["traceback"]) == ("", [])


def test_how_a_cell_ended_is_said_once() -> None:
    raised = Raised("ValueError", "no")
    shown = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["ValueError: no"]}
    [one] = safe_outputs(CellResult(0, outputs=(shown,), raised=raised))
    [same] = safe_outputs(CellResult(0, raised=raised))
    assert dict(one) == dict(same) == shown
    assert [output.ename for output in safe_outputs(CellResult(0, timed_out=True))] == ["TimedOut"]
    assert [output.ename for output in safe_outputs(CellResult(0, crashed=True))] == ["Crashed"]
    assert safe_outputs(None) == []
