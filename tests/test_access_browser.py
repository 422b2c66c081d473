"""A server that is open to a network, and two browsers that look at one run."""

import re
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from core.config import TrainConfig
from core.runs.commands import Action
from core.runs.listing import create_run, list_runs
from core.runs.run import Run
from core.runs.status import State, Status
from core.visitors import mark_of, server_key
from tests.app_server import SETTLED, Server, running_server, wait_for
from tests.train_page import only_run

pytestmark = pytest.mark.browser
NAME = "glass_cnn_visitor"
SOON = 60_000
"""Milliseconds until the latest that something is seen."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The folder of an installation that outlives its servers."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def server(home, monkeypatch) -> Iterator[Server]:
    """A server that opens no folder, started anew for each test; all its runs are stopped."""
    monkeypatch.setenv("GLASS_CNN_SERVE", "")
    with running_server(home) as started:
        yield started
        for run in list_runs(started.runs):
            end(run)
            run.delete()
        assert not started.tracebacks()


def end(run: Run) -> None:
    """Stop a run, if it is trained, and wait for its end."""
    if run.status().active:
        run.send(Action.STOP)
        wait_for(lambda: not run.status().active, "the run ends", 120)


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Iterator[Callable[[], Page]]:
    """Give a page of another browser at every call."""
    contexts = []

    def come() -> Page:
        contexts.append(browser.new_context(base_url=server.url))
        contexts[-1].set_default_timeout(120_000)
        return contexts[-1].new_page()

    yield come
    for context in contexts:
        context.close()


def settle(page: Page, address: str) -> None:
    """Open an address, and wait until the page is there and the browser has its key.

    Not until its script rests: beside a training, on a busy computer, it hardly does.
    """
    page.goto(address)
    page.get_by_role("heading", level=1).first.wait_for()
    wait_for(lambda: key_of(page), "the browser has a key", 120)


def key_of(page: Page) -> str:
    """Return the key that a browser keeps."""
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return kept.get(NAME, "")


def begin(page: Page, server: Server) -> Run:
    """Start a long training from the form."""
    settle(page, "/train?run=new&network=article")
    page.get_by_text("Some of the training pictures").wait_for()
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("900")
    epochs.press("Enter")
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile(r"run=(?!new)"))
    run = only_run(server)
    wait_for(lambda: run.status().state is State.TRAINING, "it trains", 300)
    return run


def stop_button(page: Page):
    return page.get_by_role("button", name="Stop", exact=True)


def test_the_browser_that_began_a_run_stops_it_and_another_one_cannot(server, visitor):
    owner, other = visitor(), visitor()
    run = begin(owner, server)
    assert run.owner == mark_of(key_of(owner)) != ""
    for address in (f"/train?run={run.id}", f"/train?run={run.id}&key={'0' * 64}"):
        settle(other, address)
        expect(stop_button(other)).to_be_disabled(timeout=SOON)
        expect(other.get_by_text("Only the browser that started this run")).to_be_visible(
            timeout=SOON
        )
    stop_button(other).evaluate("button => { button.disabled = false; button.click(); }")
    other.get_by_role("radio", name="Rename or delete").click()
    expect(other.get_by_text("Only the browser that started this run")).to_have_count(
        2, timeout=SOON
    )
    expect(other.get_by_role("button", name="Delete", exact=True)).to_have_count(0, timeout=SOON)
    assert key_of(other) != key_of(owner)
    assert run.status().state is State.TRAINING and not run.commands.waiting()
    assert key_of(owner) not in other.content() and run.owner not in other.content()
    owner.reload()  # what the session knew is gone, the cookie is not
    expect(stop_button(owner)).to_be_enabled(timeout=SOON)
    stop_button(owner).click()
    wait_for(lambda: run.status().state is State.STOPPED, "it stops", 120)


def test_a_browser_is_known_again_by_another_server_of_the_same_installation(
    home, browser, monkeypatch
):
    monkeypatch.setenv("GLASS_CNN_SERVE", "")
    context = browser.new_context()
    context.set_default_timeout(120_000)
    page = context.new_page()
    with running_server(home) as first:
        settle(page, f"{first.url}/about")
        key = key_of(page)
    with running_server(home) as second:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GLASS_CNN_RUNS", str(second.runs))
            run = create_run(TrainConfig(model="lenet", image_size=32), owner=mark_of(key))
        settle(page, f"{second.url}/train?run={run.id}")
        assert key_of(page) == key
        expect(page.get_by_role("button", name="Resume")).to_be_enabled(timeout=SOON)
        run.delete()
    context.close()


def test_the_address_in_the_terminal_lets_sit_at_the_server(server, visitor):
    page = visitor()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(server.runs))
        run = create_run(TrainConfig(model="lenet", image_size=32), owner=mark_of("a" * 64))
    settle(page, f"/train?run={run.id}")
    resume = page.get_by_role("button", name="Resume")
    expect(resume).to_be_disabled(timeout=SOON)
    told = re.search(r"http://\S+/(\?key=[0-9a-f]{64})", server.log.read_text())
    assert told is not None
    settle(page, f"/{told.group(1)}")
    page.get_by_text("now sits at the server").wait_for()
    # Nobody shall copy it with the address.
    expect(page).to_have_url(re.compile(r"^[^?]*$"), timeout=SOON)
    settle(page, f"/train?run={run.id}")
    expect(resume).to_be_enabled(timeout=SOON)


def test_the_server_hands_out_no_file(server):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(server.runs))
        secret = server_key()
    host = urlsplit(server.url).netloc
    top = "/".join([".."] * 12)
    runs = str(server.runs)
    for path in (
        *(f"/{top}/etc/passwd", f"/static/{top}/etc/passwd", f"/media/{top}/etc/passwd"),
        *(f"/static/{top}{runs}/.access/key", f"/media/{top}{runs}/.access/key", "//etc/passwd"),
        *("/.streamlit/config.toml", "/core/served.py", "/app/static/app.py", "/app.py"),
        f"/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..{runs}/.access/key",
        f"/_stcore/upload_file/{top}/etc/passwd",
    ):
        connection = HTTPConnection(host, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse().read()
        for word in (b"root:", secret.encode(), b"import os", b"[server]", b"import streamlit"):
            assert word not in answer, path
        connection.close()


def test_what_goes_wrong_in_a_page_is_no_traceback_in_the_browser(home, browser):
    with running_server(home, "tests/pages_for_tests/broken.py") as broken:
        context = browser.new_context()
        page = context.new_page()
        sent: list[str | bytes] = []
        page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda sent_now: sent.append(sent_now)),
        )
        page.goto(broken.url)
        page.wait_for_selector(SETTLED, timeout=120_000)
        page.get_by_text("before it").wait_for()
        wait_for(
            lambda: "a secret of the server" in broken.log.read_text(), "it is in the log", 120
        )
        text = page.content() + "".join(map(str, sent))
        for word in ("a secret of the server", "Traceback", "ZeroDivisionError"):
            assert word not in text
        context.close()


def test_all_see_who_waits_at_which_place(server, visitor):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(server.runs))
        run = create_run(TrainConfig(model="lenet", image_size=32), "the next", owner="0" * 64)
    with run.lock():
        run.write_status(Status(State.WAITING, "Waiting.", epochs=1, queue_place=3))
        page = visitor()
        settle(page, f"/train?run={run.id}")
        page.get_by_text("Waiting for a free place, number 3 in the queue").wait_for()
        run.write_status(Status(State.WAITING, "Waiting.", epochs=1, queue_place=2))
        page.get_by_text("Waiting for a free place, number 2 in the queue").wait_for()
        chosen = page.get_by_role("combobox", name="Run")
        expect(chosen).to_have_value("the next · waiting, number 2 in the queue", timeout=SOON)
    run.write_status(Status(State.STOPPED, epochs=1))
