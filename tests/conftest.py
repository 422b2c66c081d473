"""A server of its own for each test file, and a real Chromium to look at it."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests import checks
from tests.app_server import SETTLED, find_chromium, running_server


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the slow checkers work from the start where their tests are to come."""
    if not session.config.option.collectonly and any(
        item.path.stem == "test_checks" for item in session.items
    ):
        checks.start()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start the app on a free port; when the file's tests are done, it must have had no error."""
    with running_server(tmp_path_factory.mktemp("server")) as started:
        yield started
    assert not started.tracebacks()


@pytest.fixture(scope="session")
def chromium():
    """Give Playwright's Chromium and its path; without one the test is skipped, never in CI."""
    executable = find_chromium()
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium on this machine, and CI must run the browser tests")
        pytest.skip("no chromium on this machine: install it to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium, executable


@pytest.fixture(scope="session")
def browser(chromium):
    """Give a headless Chromium in which every context is a visitor who was never here."""
    kind, executable = chromium
    started = kind.launch(executable_path=executable, args=["--no-sandbox"])
    yield started
    started.close()


@pytest.fixture(scope="session")
def usual_visitor(chromium, tmp_path_factory):
    """Give the context of a visitor whose browser keeps compiled scripts on disk, as people's do.

    That halves what opening a page costs; ``page`` forgets all else between two tests.
    """
    kind, executable = chromium
    context = kind.launch_persistent_context(
        str(tmp_path_factory.mktemp("chromium")),
        executable_path=executable,
        args=["--no-sandbox"],
        viewport={"width": 1280, "height": 800},
        has_touch=True,
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(usual_visitor) -> Iterator[object]:
    """Give an empty page, 1280 x 800, of a browser that remembers nothing of earlier tests."""
    page = usual_visitor.new_page()
    yield page
    usual_visitor.clear_cookies()
    for each in usual_visitor.pages:
        if each.url.startswith("http"):
            each.evaluate("localStorage.clear()")
        each.close()


@pytest.fixture
def open_page(page, server) -> Callable[[str], object]:
    """Open an address of the app and wait until its script has run: ``open_page("/train")``."""

    def open_address(address: str):
        page.goto(server.url + address)
        page.wait_for_selector(SETTLED)
        page.get_by_role("heading", level=1).first.wait_for()
        return page

    return open_address


@pytest.fixture
def phone(browser, server) -> Iterator[Callable[[str, str], object]]:
    """Open an address on a phone, 390 x 844 with touch: ``phone("/train", "dark")``."""
    contexts = []

    def open_address(address: str, scheme: str = "light"):
        contexts.append(
            browser.new_context(
                base_url=server.url,
                viewport={"width": 390, "height": 844},
                has_touch=True,
                color_scheme=scheme,
            )
        )
        contexts[-1].set_default_timeout(20_000)
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield open_address
    for context in contexts:
        context.close()
