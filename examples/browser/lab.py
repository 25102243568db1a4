"""JupyterLab, as a student works in it: open, type, run, read, save, submit."""

from __future__ import annotations

from typing import Any

WAIT = 300_000.0  # milliseconds: a kernel imports torch

# JupyterLab shows only the cells in view; its own model says where a cell is, and what it put out.
_PANEL = "window.jupyterapp.shell.currentWidget"


class Lab:
    """`page` is a page of the browser, `url` a server of `server.py`, which lets pages see the app."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url

    def start(self) -> None:
        """JupyterLab with nothing open."""
        self.page.goto(f"{self.url}/lab?reset")
        self.page.locator(".jp-Launcher").first.wait_for(timeout=WAIT)

    def _started(self) -> None:
        if not self.page.url.startswith(f"{self.url}/lab"):
            self.start()

    def open(self, path: str) -> None:
        """Opens a notebook and waits for its kernel."""
        self._started()
        self.command("docmanager:open", path=path)
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=WAIT)
        self.page.wait_for_function(
            f"{_PANEL}?.sessionContext?.session?.kernel?.status === 'idle'", timeout=WAIT
        )

    def cells(self) -> list[dict[str, Any]]:
        """type, source and grade_id of the open notebook's cells."""
        return self.page.evaluate(  # type: ignore[no-any-return]
            f"""() => {_PANEL}.content.widgets.map(cell => ({{
                type: cell.model.type,
                source: cell.model.sharedModel.getSource(),
                grade_id: cell.model.getMetadata('nbgrader')?.grade_id ?? null
            }}))"""
        )

    def index(self, grade_id: str) -> int:
        return [cell["grade_id"] for cell in self.cells()].index(grade_id)

    def show(self, index: int) -> Any:
        """Scrolls to a cell and returns where it is on the page."""
        self.page.evaluate(
            f"""async index => {{
                const notebook = {_PANEL}.content;
                notebook.activeCellIndex = index;
                await notebook.scrollToItem(index, 'start', 0);
            }}""",
            index,
        )
        cell = self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")
        cell.wait_for()
        return cell

    def type(self, index: int, source: str) -> None:
        """Types into a cell, over what stands there."""
        editor = self.show(index).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Escape")

    def run(self, index: int) -> str:
        """Runs a cell with Shift+Enter and returns what it put out, as text."""
        self.show(index)
        ran = self._executed(index)
        self.page.evaluate(f"() => {{ {_PANEL}.content.mode = 'command'; {_PANEL}.content.activate(); }}")
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            f"""([index, ran]) => {{
                const panel = {_PANEL};
                const count = panel.content.widgets[index].model.executionCount;
                return count !== null && count !== ran && panel.sessionContext.session.kernel.status === 'idle';
            }}""",
            arg=[index, ran],
            timeout=WAIT,
        )
        return self.output(index)

    def _executed(self, index: int) -> Any:
        return self.page.evaluate(f"index => {_PANEL}.content.widgets[index].model.executionCount", index)

    def output(self, index: int) -> str:
        """What a cell put out: its text, or the plain text of what it displays."""
        return self.page.evaluate(  # type: ignore[no-any-return]
            f"""index => {_PANEL}.content.widgets[index].model.outputs.toJSON().map(output =>
                [output.text ?? output.data?.['text/plain'] ?? output.evalue ?? ''].flat().join('')
            ).join('\\n')""",
            index,
        )

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(f"!{_PANEL}.context.model.dirty", timeout=WAIT)

    def menu(self, *names: str) -> None:
        """Clicks through the menu bar: menu("Nbgrader", "Assignment List")."""
        self.page.locator(f".lm-MenuBar-itemLabel:text-is('{names[0]}')").click()
        self.page.locator(f".lm-Menu-itemLabel:text-is('{names[1]}')").click()

    def command(self, name: str, **arguments: str) -> None:
        """One of JupyterLab's commands, by name."""
        self.page.evaluate(
            "([name, given]) => window.jupyterapp.commands.execute(name, given)", [name, arguments]
        )

    def theme(self, name: str) -> None:
        """JupyterLab Light, or JupyterLab Dark."""
        self.command("apputils:change-theme", theme=name)
        self.page.wait_for_function(
            f"document.body.dataset.jpThemeLight === '{str('Light' in name).lower()}'", timeout=WAIT
        )

    # --- nbgrader's Assignment List ----------------------------------------------------------------------------------

    def assignment_list(self) -> None:
        """*Nbgrader / Assignment List*, as it is now."""
        self._started()
        self.menu("Nbgrader", "Assignment List")
        listed = self.page.locator("#nbgrader-assignment-list .list_item").first
        listed.wait_for(timeout=WAIT)
        with self.page.expect_response(lambda answer: "/assignments?" in answer.url, timeout=WAIT):
            self.page.locator("#refresh_assignments_list").click()
        listed.wait_for(timeout=WAIT)

    def press(self, assignment: str, button: str) -> None:
        """Fetch, Submit, or Fetch Feedback, and waits for what comes of it."""
        came_of_it = {"Fetch": "fetched", "Submit": "submitted", "Fetch Feedback": "submitted"}[button]
        listed = self.page.locator(f"#{came_of_it}_assignments_list .list_item", has_text=assignment)
        at_work = self.page.locator("#nbgrader-assignment-list .list_item", has_text=assignment)
        with self.page.expect_response(
            lambda answer: answer.request.method == "POST" and "/assignments/" in answer.url, timeout=WAIT
        ):
            at_work.get_by_role("button", name=button, exact=True).first.click()
        listed.first.wait_for(timeout=WAIT)
