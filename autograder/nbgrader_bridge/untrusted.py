"""What a student wrote and what the code put out, made harmless for the browser of the person who grades it.

Formgrader shows Markdown and HTML outputs as they are, on the page that can also change marks: a script in a
notebook would act as the grader.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.model import CellResult

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_PLAIN = {
    *_HEADINGS, "a", "abbr", "b", "blockquote", "br", "center", "cite", "code", "dd", "del", "details", "div",
    "dl", "dt", "em", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"href", "src", "alt", "title", "width", "height", "align", "start", "colspan", "rowspan"}
_CLASSES = re.compile(r"anchor-link|highlight|language-[\w+#.-]+|task-list-item|[a-z]{1,3}\d?")
_ADDRESS = re.compile(r"(https?://|mailto:|#|data:image/(png|jpeg|gif);base64,)|(?![^/?#]*:)", re.IGNORECASE)
_ALIGNED = re.compile(r"text-align:(left|center|right)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def written(text: str) -> str:
    """Return `text` without what UTF-8 cannot write: JSON can spell lone surrogates, files cannot hold them."""
    return text.encode("utf-8", "replace").decode()


def safe_markdown(source: str, attachments: Mapping[str, dict[str, str]] | None = None) -> str:
    """Return Markdown that can do no harm.

    That is `source` itself where it renders as plain formatting; else with its tags broken; else as a listing.
    """
    if _is_plain(source, attachments):
        return source
    # "<" and a space is no tag in any browser, and still reads right in mathematics and code.
    without_tags = _TAG.sub("< ", source)
    return without_tags if _is_plain(without_tags, attachments) else as_listing(source)


def as_listing(text: str) -> str:
    """Return Markdown that shows `text` letter by letter."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _is_plain(source: str, attachments: Mapping[str, dict[str, str]] | None) -> bool:
    renderer = IPythonRenderer(escape=False, attachments=dict(attachments or {}))
    try:
        reader = _TagReader()
        reader.feed(MarkdownWithMath(renderer=renderer).render(source))
        reader.close()
    except Exception:  # whatever the renderer stumbles over here, it would stumble over in the feedback
        return False
    return reader.plain


class _TagReader(HTMLParser):
    """Reads rendered Markdown; `plain` falls at the first thing that is more than formatting."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.plain = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":  # a task list's box
            self.plain &= {name for name, _ in attrs} <= {"class", "type", "disabled", "checked"}
            self.plain &= dict(attrs).get("type") == "checkbox"
            return
        self.plain &= tag in _PLAIN
        for name, value in attrs:
            self.plain &= self._is_plain_attribute(tag, name, value or "")

    @staticmethod
    def _is_plain_attribute(tag: str, name: str, value: str) -> bool:
        if name in ("href", "src"):
            return _ADDRESS.match("".join(html.unescape(value).split())) is not None
        if name == "class":
            return all(_CLASSES.fullmatch(word) for word in value.split())
        if name == "style":
            return tag in ("td", "th") and _ALIGNED.fullmatch(value) is not None
        return name in _ATTRIBUTES or (name == "id" and tag in _HEADINGS)

    def handle_comment(self, data: str) -> None:
        self.plain = False

    def handle_decl(self, decl: str) -> None:
        self.plain = False

    def handle_pi(self, data: str) -> None:
        self.plain = False

    def unknown_decl(self, data: str) -> None:
        self.plain = False


# --- outputs -------------------------------------------------------------------------------------------------


def safe_outputs(result: CellResult | None) -> list[NotebookNode]:
    """Return a cell's outputs as nbformat: text, pixels and cleaned HTML, and an error where one ended the cell."""
    if result is None:
        return []
    outputs = [output for output in map(_safe_output, result.outputs) if output is not None]
    if any(output.output_type == "error" for output in outputs):
        return outputs
    if result.raised is not None:
        outputs.append(error(result.raised.type, result.raised.message))
    elif result.timed_out:
        outputs.append(error("TimedOut", "The cell ran longer than it may."))
    elif result.crashed:
        outputs.append(error("Crashed", "The process that ran the cell ended."))
    return outputs


def error(name: str, message: str) -> NotebookNode:
    """Return an error output that shows `name: message`."""
    name, message = written(name), written(message)
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])


def _safe_output(output: Mapping[str, Any]) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        traceback = [_text(line) for line in lines] if isinstance(lines, list | tuple) else []
        return new_output(
            "error", ename=_text(output.get("ename")), evalue=_text(output.get("evalue")), traceback=traceback
        )
    if kind in ("display_data", "execute_result"):
        data = output.get("data")
        return new_output("display_data", data=_safe_data(data)) if isinstance(data, Mapping) else None
    return None


def _safe_data(data: Mapping[str, Any]) -> dict[str, str]:
    safe = {kind: _text(data[kind]) for kind in ("text/plain", "image/png", "image/jpeg") if kind in data}
    if "text/html" in data:
        safe["text/html"] = nh3.clean(_text(data["text/html"]))
    return safe


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "".join(part for part in map(_text, value))
    return written(value) if isinstance(value, str) else ""
