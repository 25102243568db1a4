"""A Jupyter server of its own, and Chromium: nothing of the user's configuration, nothing that stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0
STOP_SECONDS = 20.0
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = '{"fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": true}'
FLAGS = (
    "--no-sandbox",  # Chromium refuses to run as root with it, and containers run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class JupyterServer:
    """`jupyter lab` in `folder`, with a configuration, a home and a log of its own under `home`.

    python_path  what the server and its kernels can import beside what is installed
    settings     further options of the command line, for the server
    """

    def __init__(
        self,
        folder: Path,
        home: Path,
        *,
        python_path: tuple[Path, ...] = (ROOT,),
        environment: Mapping[str, str] | None = None,
        settings: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.home = home
        self.log = home / "jupyter.log"
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._environment = {
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.defpath]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(map(str, python_path)),
            "OMP_NUM_THREADS": "1",
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "IPYTHONDIR": str(home / "ipython"),
            **(environment or {}),
        }
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> JupyterServer:
        quiet = self.home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
        quiet.mkdir(parents=True, exist_ok=True)
        (quiet / "notification.jupyterlab-settings").write_text(QUIET)
        command = [
            sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={self._port}",
            "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.folder}",
            "--IdentityProvider.token=", "--ServerApp.password=",
            "--LabApp.expose_app_in_browser=True", *self._settings,
        ]  # fmt: skip
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._wait()
        return self

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/api/status", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError(f"Jupyter did not start:\n{self.log.read_text()[-4000:]}")

    def __exit__(self, *_: object) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(
                self._process.pid, signal.SIGKILL
            )  # a session of its own: its kernels, and nobody else's
            self._process.wait()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def chromium() -> str:
    """Where the browser is. Raises FileNotFoundError that says how to get it."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        raise FileNotFoundError("There is no Chromium; on Debian: apt-get install chromium")
    return found


@contextmanager
def browser(*, width: int = 1280, height: int = 900) -> Iterator[Any]:
    """A browser context of Playwright's, empty at the start, of which nothing stays."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            headless=True,
            args=list(FLAGS),
            viewport={"width": width, "height": height},
        )
        context.set_default_timeout(300_000)  # machines that grade are busy
        # Pages of nbgrader name a CDN for mathematics; a course's pages have to work without it.
        context.route(
            lambda url: not url.startswith(("http://127.0.0.1", "file:")), lambda route: route.abort()
        )
        try:
            yield context
        finally:
            context.close()
