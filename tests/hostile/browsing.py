"""What hostile notebooks put into pages, and a browser that tells what came of it. Needs Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Request, Route, sync_playwright

EVIL = "http://evil.example"
# Each would set `hit`, ask a host, open a dialog, or leave the page.
PAYLOADS = [
    f"<script>window.hit = 1; fetch('{EVIL}/script')</script>",
    f"<img src='{EVIL}/img' onerror='window.hit = 1; alert(1)'>",
    f'"><svg onload="window.hit = 1; alert(1)"><image href="{EVIL}/svg"/></svg>',
    f"<iframe src='{EVIL}/frame' srcdoc='<script>parent.hit = 1</script>'></iframe>",
    f"<style>@import url({EVIL}/style); * {{ background: url({EVIL}/background) }}</style>",
    f"<meta http-equiv=refresh content='0;url={EVIL}/refresh'>",
    f"<link rel=stylesheet href='{EVIL}/link'><base href='{EVIL}/'>",
    "<details open ontoggle='window.hit = 1; alert(1)'>x</details>",
    f"<video autoplay><source src='{EVIL}/video' onerror='window.hit = 1'></video><object data='{EVIL}/object'></object>",
    "</style></title></pre></textarea><script>window.hit = 1; confirm(1)</script>",
    f"<form action='{EVIL}/form'><input autofocus onfocus='window.hit = 1; alert(1); this.form.submit()'></form>",
    "{{ 7 * 7 }}${window.hit = 1}<math><mtext><table><mglyph><style><img src=x onerror='window.hit = 1'>",
]


@dataclass
class Visit:
    """What happened while a page was open: `hit` by a script, requests for anything but the page, dialogs."""

    hit: bool = False
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    text: str = ""
    title: str = ""

    @property
    def happened(self) -> list[str]:
        return [*(["a script ran"] if self.hit else []), *self.requests, *self.dialogs]


def kept_here(route: Route) -> None:
    """Nothing leaves this machine, whatever a page asks for."""
    if route.request.url.startswith(("file:", "data:")):
        route.continue_()
    else:
        route.abort()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
        opened = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", *options]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def visit(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Visit]:
    folder = tmp_path_factory.mktemp("pages")

    def open_(html: str) -> Visit:
        seen = Visit()
        path = folder / "page.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context()
        page = context.new_page()

        def answer(dialog: Dialog) -> None:
            seen.dialogs.append(dialog.message)
            dialog.dismiss()

        def asked(request: Request) -> None:
            if request.url != path.as_uri() and not request.url.startswith("data:image/"):
                seen.requests.append(request.url)

        page.on("dialog", answer)
        page.on("request", asked)
        page.route("**/*", kept_here)
        page.goto(path.as_uri(), wait_until="load")
        for toggle in page.query_selector_all("details"):  # what lies folded may wait for a click
            toggle.evaluate("each => { each.open = true }")
        page.wait_for_timeout(100)
        seen.hit = bool(page.evaluate("() => window.hit !== undefined"))
        seen.text, seen.title = page.inner_text("body"), page.title()
        context.close()
        return seen

    return open_


def outputs() -> list[dict[str, Any]]:
    shown = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": each, "image/svg+xml": each,
              "application/javascript": "window.hit = 1", "text/plain": each}} for each in PAYLOADS]  # fmt: skip
    printed = {"output_type": "stream", "name": "stdout", "text": "\n".join(PAYLOADS)}
    raised = {"output_type": "error", "ename": PAYLOADS[0], "evalue": PAYLOADS[1], "traceback": PAYLOADS}
    return [*shown, printed, raised]
