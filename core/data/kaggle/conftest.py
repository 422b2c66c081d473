"""A server of the tests' own on 127.0.0.1, which the real client takes for Kaggle."""

import gc
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.data.zips.conftest import make_zip, photos_in, picture

REAL_CLIENT = [
    pytest.mark.skipif(find_spec("kagglehub") is None, reason="requirements-kaggle.txt"),
    # It leaves its connections to the garbage collector, which a fixture calls at the end.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]
"""Marks of tests that let kagglehub work."""


def archive() -> bytes:
    """Zip a set that is laid out as the article's on Kaggle is."""
    files = {"dataset/single_prediction/cat_or_dog_1.png": picture()}
    for split, count in (("training_set", 6), ("test_set", 3)):
        files |= {
            f"dataset/{split}/{path}": content for path, content in photos_in(count=count).items()
        }
    return make_zip(files)


@dataclass
class Kaggle:
    """What the server does: hands ``content`` out, unless something is to go wrong.

    ``cut`` ends one connection after so many bytes, ``pause_after`` makes it wait there until the
    test ends; ``trickle`` sends a byte at a time, so many seconds apart. ``ranges`` says whether it
    hands out parts, as it says in any case.
    """

    port: int = 0
    content: bytes = field(default_factory=archive)
    status: int = 200
    cut: int | None = None
    pause_after: int | None = None
    trickle: float = 0.0
    ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Answers as Kaggle does: its interface sends on to a store of files."""

    kaggle: Kaggle

    def do_POST(self) -> None:
        """Answer what the client asks of the interface."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.kaggle.asked.append((self.path, body))
        if self.kaggle.status != 200:
            self.send_response(self.kaggle.status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(302)
        self.send_header("Location", "http://storage.localhost/archive.zip?signed=yes")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        """Hand out the archive or its rest."""
        asked = self.headers.get("Range", "")
        self.kaggle.asked.append((self.path, asked))
        whole = self.kaggle.content
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        content = whole[start:] if self.kaggle.ranges else whole
        self.send_response(206 if asked and self.kaggle.ranges else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.send(content)

    def send(self, content: bytes) -> None:
        """Send a body, as far as it is to come."""
        cut, self.kaggle.cut = self.kaggle.cut, None
        self.close_connection = True
        if not self.kaggle.trickle:
            self.wfile.write(content[: cut or self.kaggle.pause_after])
            self.wfile.flush()
            if self.kaggle.pause_after:
                self.kaggle.over.wait()
            return
        self.wfile.write(content[:500])
        for place in range(500, len(content)):
            if self.kaggle.over.wait(self.kaggle.trickle):
                return
            self.wfile.write(content[place : place + 1])
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


class Server(ThreadingHTTPServer):
    """A server that does not mind clients that are killed."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the client is gone."""


@pytest.fixture
def kaggle(tmp_path, monkeypatch) -> Iterator[Kaggle]:
    """Let the client, in this process and in those that a test starts, reach this server alone."""
    gc.freeze()  # so that the end looks through what this test has made alone
    kaggle = Kaggle()
    handler = type("Handler", (Handler,), {"kaggle": kaggle})
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    kaggle.port = server.server_address[1]
    # As its environment LOCALHOST the client asks localhost, and through a proxy any port of it.
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "LOCALHOST")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{kaggle.port}")
    for name in ("no_proxy", "NO_PROXY", "KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    yield kaggle
    kaggle.over.set()
    server.shutdown()
    server.server_close()
    thread.join(10)
    gc.collect()


def whole(folder: Path) -> set[str]:
    """Return the files of a folder by their paths in it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
