"""A server of its own for each test file, and a real Chromium to look at it."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from streamlit.testing.v1 import AppTest

from tests import checks
from tests.app_server import SETTLED, chromium_options, find_chromium, running_server
from tests.pool import Pool

ROOT = Path(__file__).parent.parent


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the slow checkers work from the start where their tests are to come."""
    if not session.config.option.collectonly and any(
        item.path.stem == "test_checks" for item in session.items
    ):
        checks.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed browser test what its pages showed and the server said."""
    report = yield
    if report.when == "call" and report.failed:
        report.sections += seen_by(getattr(item, "funcargs", {}))
    return report


def seen_by(fixtures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a heading and a text for each open page and for the server of a test."""
    seen = []
    if server := fixtures.get("server"):
        seen.append(("the server's log, its end", server.log.read_text(errors="replace")[-2000:]))
    browsers = [fixtures["browser"]] if "browser" in fixtures else []
    for browser in [*browsers, *fixtures.get("own_browsers", [])]:
        for page in (page for context in browser.contexts for page in context.pages):
            try:
                state = page.locator("[data-test-script-state]").get_attribute(
                    "data-test-script-state", timeout=1000
                )
                shown = page.locator("body").inner_text(timeout=1000)[:3000]
                # A page that has become blank says why here alone.
                shown += "".join(f"\nits script failed: {each}" for each in page.page_errors())
            except PlaywrightError as error:
                state, shown = "unknown", str(error)
            seen.append((f"{page.url}, its script: {state}", shown))
    return seen


@pytest.fixture(scope="session", autouse=True)
def nothing_measured_nobody_served() -> Iterator[None]:
    """Let pages measure nothing and serve nobody, but where a test is about that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_MEASURE", "0")
        patch.delenv("GLASS_CNN_SERVE", raising=False)
        yield


@pytest.fixture
def app(tmp_path, monkeypatch):
    """Give the app on its start page, without a browser, with folders of its own."""
    import streamlit as st

    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    st.cache_resource.clear()
    st.cache_data.clear()
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


@pytest.fixture
def pool(monkeypatch):
    """Give the form's pool of workers, which only remembers what it was told to train."""
    pool = Pool([])
    monkeypatch.setattr("pages.parts.shared.start_training.worker_pool", lambda: pool)
    return pool


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start the app on a free port; when the file's tests are done, it must have had no error."""
    with running_server(tmp_path_factory.mktemp("server")) as started:
        yield started
    assert not started.tracebacks()


@pytest.fixture(scope="session")
def browser():
    """Give a headless Chromium; without one the test is skipped, but never in CI."""
    if find_chromium() is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium on this machine, and CI must run the browser tests")
        pytest.skip("no chromium on this machine: install it to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**chromium_options())
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, server):
    """Give a page of a fresh browser context, 1280 x 800; relative addresses are the server's."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1280, "height": 800}, has_touch=True
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def open_page(page) -> Callable[[str], object]:
    """Open an address of the app and wait until its script has run: ``open_page("/train")``."""

    def open_address(address: str):
        page.goto(address)
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
