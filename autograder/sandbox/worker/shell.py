"""IPython without a terminal, a history or a way out: what notebooks expect, and nothing that leaves the process."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from IPython.utils.text import SList
from traitlets import Type
from traitlets.config import Config

from autograder.sandbox.worker.answer import raised
from autograder.sandbox.worker.capture import Outputs

NO_COMMANDS = "Shell commands are not run while a notebook is graded: !{}\n"
SCRIPTS = (
    "script",
    "bash",
    "sh",
    "cmd",
    "python",
    "python2",
    "python3",
    "pypy",
    "perl",
    "ruby",
)  # %%NAME starts a program
RENDERED = ("image/png", "image/jpeg", "image/svg+xml", "application/pdf")  # what takes long to make
NO_INPUT = "input() has nobody to ask while a notebook is graded."


class _Publisher(DisplayPublisher):
    outputs: Outputs | None = None

    def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        if self.outputs is not None:
            self.outputs.bundle("display_data", data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        if self.outputs is not None:
            self.outputs.clear(wait)


class _Hook(DisplayHook):
    outputs: Outputs | None = None
    _pending: tuple[Any, Any] | None = None

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self._pending = (format_dict, md_dict or {})

    def finish_displayhook(self) -> None:
        if self.outputs is not None and self._pending is not None:
            self.outputs.bundle("execute_result", *self._pending, count=self.prompt_count)
        self._pending = None


class _Formatter(DisplayFormatter):
    """Draws nothing that nobody will see."""

    outputs: Outputs | None = None
    figures: bool = True

    def format(
        self, obj: Any, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        if self.outputs is None:
            return {}, {}
        if not self.figures:
            exclude = {*(exclude or ()), *RENDERED}
        return super().format(obj, include, exclude)  # type: ignore[no-any-return]


class Shell(InteractiveShell):
    """Shell commands are said, not run; every GUI is the inline one; exit() goes nowhere."""

    display_pub: _Publisher
    displayhook: _Hook
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs: Outputs | None = None

    def init_display_formatter(self) -> None:
        """Give the shell the formatter for displays that we have made."""
        self.display_formatter: _Formatter = _Formatter(parent=self)
        self.configurables.append(self.display_formatter)  # type: ignore[arg-type]

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        if self.outputs is not None:
            self.outputs.error(raised(evalue, self.user_ns), list(stb))

    def system(self, cmd: str) -> None:
        """Refuse `!command`: say so on stderr, and leave 1 as its exit code."""
        sys.stderr.write(NO_COMMANDS.format(cmd))
        self.user_ns["_exit_code"] = 1

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Refuse `x = !command`: say so on stderr, and return what an empty output is.

        cmd     the command
        split   True: the output is wanted as lines
        depth   IPython's; not used
        """
        sys.stderr.write(NO_COMMANDS.format(cmd))
        return SList([]) if split else ""

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Refuse cells that are scripts of a shell (`%%bash`), and run any other cell magic as IPython does.

        magic_name, line, cell   name, the rest of the first line, and the text below it
        """
        if magic_name in SCRIPTS:
            sys.stderr.write(NO_COMMANDS.format(f"%%{magic_name} {line}".strip()).replace("!%", "%"))
            return None
        return super().run_cell_magic(magic_name, line, cell)

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no screen."""

    def enable_matplotlib(self, gui: Any = None) -> Any:
        """Show figures inline, whatever `gui` was asked for."""
        return super().enable_matplotlib("inline")

    def ask_exit(self) -> None:
        """Say that exit() has no effect."""
        sys.stderr.write("exit() has no effect while a notebook is graded.\n")

    def capture(self, outputs: Outputs | None, *, figures: bool = True) -> None:
        """Send displays and results to `outputs` from now on; None: nowhere. Without `figures` no picture is rendered."""
        self.display_formatter.figures = figures
        self.outputs = outputs
        self.display_pub.outputs = outputs
        self.display_formatter.outputs = outputs
        self.displayhook.outputs = outputs


def build() -> Shell:
    """Make the process's one shell, as get_ipython() finds it."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    config.InteractiveShell.autoindent = False
    config.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "pil_kwargs": {"compress_level": 1}}
    shell: Shell = Shell.instance(config=config)
    shell.enable_matplotlib("inline")
    select_figure_formats(shell, {"png"})  # matplotlib_inline does so for the first shell of a process only
    return shell
