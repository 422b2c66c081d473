"""Neither a page nor the server asks anything of another host: both are watched on every page."""

import ipaddress
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from core.runs.commands import Action
from core.runs.listing import list_runs
from tests.app_server import ROOT, SETTLED, Server, running_server, wait_for
from tests.test_pages import png

pytestmark = pytest.mark.browser
WATCHING = ROOT / "tests" / "watching"
"""Its sitecustomize.py writes down every host that a Python process turns to."""


@pytest.fixture(scope="module")
def hosts(tmp_path_factory) -> Path:
    """The file of all hosts that the server and its workers turn to."""
    return tmp_path_factory.mktemp("hosts") / "hosts.txt"


@pytest.fixture(scope="module")
def server(tmp_path_factory, hosts) -> Iterator[Server]:
    """The app, watched, open to a network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_TEST_HOSTS", str(hosts))
        patch.setenv("GLASS_CNN_SERVE", "")
        with running_server(tmp_path_factory.mktemp("server"), first_path=WATCHING) as started:
            yield started


def elsewhere(hosts: Path) -> list[str]:
    """Return what turned to another host than this computer."""
    lines = hosts.read_text().splitlines() if hosts.exists() else []
    return [line for line in lines if not is_here(line.partition(" ")[2])]


def is_here(host: str) -> bool:
    """Tell whether a host is this computer itself, or none."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in ("localhost", "None", "") or host.startswith("unix:")


def watch(context: BrowserContext) -> list[str]:
    """Return the list into which every address goes that a browser's pages ask for."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: asked.append(socket.url)))
    return asked


def strange(asked: list[str], server: Server) -> list[str]:
    """Return the addresses that are not the server's."""
    own = urlsplit(server.url).netloc
    return [
        url
        for url in asked
        if urlsplit(url).scheme not in ("data", "blob", "about") and urlsplit(url).netloc != own
    ]


def settle(page: Page, address: str) -> None:
    """Open a page and wait until its script has run."""
    page.goto(address)
    page.wait_for_selector(SETTLED)
    page.get_by_role("heading", level=1).first.wait_for()


@pytest.fixture
def visit(browser, server) -> Iterator[tuple[Page, list[str]]]:
    """A page of a watched browser, and what it asked for."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(120_000)
    asked = watch(context)
    yield context.new_page(), asked
    context.close()


def test_the_watch_sees_another_host(hosts, server, visit, tmp_path):
    page, asked = visit
    settle(page, "/about")
    page.evaluate("fetch('http://192.0.2.7/x').catch(() => 0); 0")
    page.evaluate("new WebSocket('ws://192.0.2.8/y'); 0")
    # Playwright tells of requests only while it is asked something.
    wait_for(lambda: page.evaluate("1") and len(strange(asked, server)) >= 2, "both are seen")
    log = tmp_path / "hosts.txt"
    code = (
        "import socket; s = socket.socket(); s.setblocking(False)\n"
        "try: s.connect(('192.0.2.9', 80))\nexcept OSError: pass\n"
        "try: socket.getaddrinfo('host.invalid', 80)\nexcept OSError: pass\n"
    )
    environment = {"GLASS_CNN_TEST_HOSTS": str(log), "PYTHONPATH": str(WATCHING)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert elsewhere(log) == ["socket.connect 192.0.2.9", "socket.getaddrinfo host.invalid"]


def test_no_page_and_no_server_asks_another_host(hosts, server, visit):
    page, asked = visit
    settle(page, "/")
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
        {"name": "rex.png", "mimeType": "image/png", "buffer": png("dog")}
    )
    page.get_by_text("The second picture is all that the network gets").wait_for()
    settle(page, "/train?run=new&network=article")
    page.get_by_role("button", name="Start", exact=True).click()
    wait_for(lambda: list_runs(server.runs), "the run is there", 120)
    (run,) = list_runs(server.runs)
    wait_for(lambda: run.status().step > 1, "it trains", 300)
    run.send(Action.STOP)
    wait_for(lambda: not run.status().active and run.checkpoints.positions(), "it stops", 300)
    run.rename("![x](http://192.0.2.7/x.png)")  # what a visitor might call it
    for address in (
        *("/train", f"/feature_maps?run={run.id}", f"/feature_maps?run={run.id}&view=why"),
        *("/conv_lab", "/conv_lab?layer=relu", "/numpy_network", "/about"),
        "/numpy_network?view=Side-by-side+training",
    ):
        settle(page, address)
    page.get_by_role("link", name="Train", exact=True).click()
    page.wait_for_selector(SETTLED)
    assert len(asked) > 30 and not strange(asked, server)
    assert not elsewhere(hosts)
    assert not server.tracebacks()
