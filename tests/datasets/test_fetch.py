"""Against a real web server on this machine's loopback."""

from __future__ import annotations

import hashlib
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from autograder.datasets import load
from autograder.datasets.fetch import fetch
from autograder.errors import DataError
from tests.datasets.conftest import Maker


class Site:
    """A web server that answers as the test wants."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.promise = 0  # bytes announced beyond those that come
        self.while_sending = lambda: None
        self.requests: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(self.path)
                page = site.pages.get(self.path)
                if page is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(page) + site.promise))
                self.end_headers()
                self.wfile.write(page[: len(page) // 2])
                self.wfile.flush()
                site.while_sending()
                self.wfile.write(page[len(page) // 2 :])

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/data"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def page(make: Maker, site: Site, tmp_path: Path) -> bytes:
    content = make.zip(tmp_path / "original.zip", make.members("small", {"Greek": 2})).read_bytes()
    (tmp_path / "original.zip").unlink()
    site.pages["/data/small.zip"] = content
    return content


def _sums(content: bytes) -> dict[str, str]:
    return {"small": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def test_a_fetched_archive_can_be_loaded(site: Site, page: bytes, tmp_path: Path) -> None:
    path = fetch("small", tmp_path / "new" / "folder", base_url=site.url, checksums=_sums(page))
    assert path == tmp_path / "new" / "folder" / "small.zip"
    assert path.read_bytes() == page
    assert _left(tmp_path) == ["folder", "new", "small.zip"]
    assert len(load("omniglot", root=path)) == 4


def test_md5_serves_where_nothing_better_is_published(site: Site, page: bytes, tmp_path: Path) -> None:
    right = {"small": f"md5:{hashlib.md5(page).hexdigest()}"}
    assert fetch("small", tmp_path, base_url=site.url + "/", checksums=right).read_bytes() == page


def test_others_may_read_it(site: Site, page: bytes, tmp_path: Path) -> None:
    assert fetch("small", tmp_path, site.url, checksums=_sums(page)).stat().st_mode & 0o777 == 0o644


def test_the_default_folder_is_that_of_the_environment(
    site: Site, page: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWLABELS_DATA", str(tmp_path / "mine"))
    assert fetch("small", base_url=site.url, checksums=_sums(page)) == tmp_path / "mine" / "small.zip"


def test_what_is_there_is_not_fetched_again(site: Site, page: bytes, tmp_path: Path) -> None:
    for _ in range(2):
        fetch("small", tmp_path, base_url=site.url, checksums=_sums(page))
    assert site.requests == ["/data/small.zip"]


def test_a_damaged_file_is_replaced(site: Site, page: bytes, tmp_path: Path) -> None:
    (tmp_path / "small.zip").write_bytes(page[:50])
    assert fetch("small", tmp_path, base_url=site.url, checksums=_sums(page)).read_bytes() == page


def test_a_wrong_checksum_leaves_nothing(site: Site, page: bytes, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        fetch("small", tmp_path, base_url=site.url, checksums=_sums(b"other"))
    assert "its checksum is another one" in caught.value.what
    assert "base_url" in caught.value.remedy
    assert caught.value.file == str(tmp_path / "small.zip")
    assert _left(tmp_path) == []


def test_a_wrong_answer_does_not_cost_the_file_that_was_there(
    site: Site, page: bytes, tmp_path: Path
) -> None:
    (tmp_path / "small.zip").write_bytes(b"an older one")
    with pytest.raises(DataError):
        fetch("small", tmp_path, base_url=site.url, checksums=_sums(b"other"))
    assert (tmp_path / "small.zip").read_bytes() == b"an older one"
    assert _left(tmp_path) == ["small.zip"]


def test_no_such_page(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"answered with status 404\. Check the address"):
        fetch("small", tmp_path, base_url=site.url, checksums=_sums(b""))
    assert _left(tmp_path) == []


def test_a_truncated_answer_leaves_nothing(site: Site, page: bytes, tmp_path: Path) -> None:
    site.promise = 1000
    with pytest.raises(DataError, match=r"nothing was kept\. Check the network|Nothing was kept"):
        fetch("small", tmp_path, base_url=site.url, checksums=_sums(page + bytes(1000)))
    assert _left(tmp_path) == []


def test_nobody_answers(site: Site, tmp_path: Path) -> None:
    site.server.shutdown()
    site.server.server_close()
    with pytest.raises(DataError, match=r"could not be read \(ConnectionError\)"):
        fetch("small", tmp_path, base_url=site.url, checksums=_sums(b""))
    assert _left(tmp_path) == []


def test_an_interrupt_half_way_leaves_nothing(site: Site, page: bytes, tmp_path: Path) -> None:
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        time.sleep(0.1)  # until the first half is on its way to the disk
        signal.pthread_kill(main, signal.SIGINT)
        time.sleep(0.3)

    site.while_sending = interrupt
    with pytest.raises(KeyboardInterrupt):
        fetch("small", tmp_path, base_url=site.url, checksums=_sums(page))
    assert _left(tmp_path) == []
    site.while_sending = lambda: None
    assert fetch("small", tmp_path, base_url=site.url, checksums=_sums(page)).read_bytes() == page


def test_a_folder_that_cannot_be_one(site: Site, page: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am a file")
    with pytest.raises(DataError, match=r"cannot be written.*FEWLABELS_DATA"):
        fetch("small", tmp_path / "file", base_url=site.url, checksums=_sums(page))


def test_a_bar_follows_the_download_on_a_terminal(
    site: Site,
    page: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # how rich is told that it may draw
    fetch("small", tmp_path, base_url=site.url, checksums=_sums(page))
    captured = capsys.readouterr()
    assert "small.zip" in captured.err
    assert f"{len(page) / 1000:.1f}/{len(page) / 1000:.1f}" in captured.err or str(len(page)) in captured.err
    assert captured.out == ""


def test_no_bar_where_none_is_wanted(
    site: Site,
    page: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    fetch("small", tmp_path, base_url=site.url, progress=False, checksums=_sums(page))
    assert capsys.readouterr().err == ""


def test_an_unknown_archive_is_refused_with_the_choice(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Choose from: images_background, images_evaluation"):
        fetch("strokes_background", tmp_path)


@pytest.mark.parametrize("url", ["file:///etc/", "ftp://host/", "doi:10.1/x/", "/tmp"])
def test_only_the_web_is_read(tmp_path: Path, url: str) -> None:
    with pytest.raises(DataError, match="is no web address"):
        fetch("all_runs", tmp_path, base_url=url)
