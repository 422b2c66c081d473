"""Measure the pages in a real Chromium: ``python docs/measure_pages.py`` prints a Markdown table.

``python docs/measure_pages.py FOLDER`` trains the article's recipe on the photos in FOLDER instead,
on the Train page with the browser following, and prints what came of it.

Server, browser and training share this machine, as they do for somebody who runs the app at home.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from core.runs.commands import Action  # noqa: E402
from core.runs.listing import list_runs  # noqa: E402
from core.runs.run import Run  # noqa: E402
from tests.app_server import (  # noqa: E402
    SETTLED,
    Server,
    chromium_options,
    running_server,
    wait_for,
)
from tests.network_editor_page import typing_to_shapes  # noqa: E402

REPEATS = 5
WINDOW_SECONDS = 8.0
WINDOWS = 12


def seconds(action: Callable[[], object]) -> float:
    """Return how long ``action`` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def first_page(browser: Browser, home: Path) -> float:
    """Measure from the server's start to the first page's title and drawn pets on screen."""
    page = browser.new_page()
    started = time.perf_counter()
    with running_server(home) as server:
        page.goto(server.url)
        page.get_by_role("heading", level=1).wait_for()
        page.get_by_role("button", name="Drawn cat 1").wait_for()
        taken = time.perf_counter() - started
        page.close()
    return taken


def points(page: Page) -> int:
    """Return how many points the chart of the loss per batch has."""
    figure = page.locator("figure", has=page.locator("strong", has_text="Loss per batch"))
    plot = figure.locator(".plot")
    return int(plot.get_attribute("data-points") or 0) if plot.count() else 0


def first_loss(page: Page, server: Server, warm_seconds: float) -> float:
    """Measure from the click on Start to the first point, for a page open ``warm_seconds``."""
    page.goto(f"{server.url}/train?run=new&network=article")
    start = page.get_by_role("button", name="Start", exact=True)
    start.wait_for()
    page.wait_for_timeout(warm_seconds * 1000)

    def click_and_wait() -> None:
        start.click()
        wait_for(lambda: points(page) > 0, "a first loss point", 60)

    taken = seconds(click_and_wait)
    run = list_runs(server.runs)[0]
    run.send(Action.STOP)
    wait_for(lambda: not run.status().active, "the run ends")
    run.delete()
    return taken


def answer(page: Page, pet: int) -> float:
    """Measure from a click on a drawn pet to its answer."""
    button = page.get_by_role("button", name=f"Drawn dog {pet}")
    button.wait_for()

    def click_and_wait() -> None:
        button.click()
        page.locator(".answer .name", has_text=f"drawn dog {pet}").wait_for()

    return seconds(click_and_wait)


def editor(page: Page) -> list[float]:
    """Measure from a key in the article's text on the Train page to the first block's shape."""
    page.goto(page.url.split("/train")[0] + "/train?run=new&network=article")
    page.get_by_text("Change the network").click()
    page.locator(".network-editor[data-drawn]").wait_for()
    page.wait_for_selector(SETTLED)
    return [milliseconds / 1000 for milliseconds in typing_to_shapes(page, 4 * REPEATS)]


def batches_in_window(run: Run) -> int:
    """Count the batches trained in one window."""
    before = len(run.log.batch_losses().steps)
    time.sleep(WINDOW_SECONDS)
    return len(run.log.batch_losses().steps) - before


def cost_of_following(browser: Browser, server: Server) -> tuple[float, float]:
    """Return the median batches in a window unwatched and followed by one page, in turn."""
    page = browser.new_page()
    page.goto(f"{server.url}/train?run=new&network=article")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("500")
    epochs.press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    wait_for(lambda: points(page) > 0, "a first loss point", 60)
    address = page.url
    run = list_runs(server.runs)[0]
    alone, followed = [], []
    for _ in range(WINDOWS):
        page.goto("about:blank")
        page.wait_for_timeout(1000)
        alone.append(batches_in_window(run))
        page.goto(address)
        wait_for(lambda: points(page) > 0, "the page follows", 60)
        followed.append(batches_in_window(run))
    run.send(Action.STOP)
    wait_for(lambda: not run.status().active, "the run ends")
    page.close()
    return statistics.median(alone), statistics.median(followed)


def recipe(page: Page, server: Server, photos: Path) -> str:
    """Train the article's recipe from the page; say how long from the click to its end."""
    page.goto(f"{server.url}/train?run=new&network=article")
    page.get_by_text("A folder of photos").click()
    page.get_by_text("pictures that the project draws itself").wait_for(state="hidden")
    folder = page.get_by_role("textbox", name="Path of the folder")
    folder.fill(str(photos.resolve()))
    folder.press("Enter")
    start = page.get_by_role("button", name="Start", exact=True)
    wait_for(start.is_enabled, "the photos are found", 60)

    def click_and_wait() -> None:
        start.click()
        run = wait_for(lambda: list_runs(server.runs), "the run begins")[0]
        wait_for(lambda: run.status().state == "finished", "the training ends", 600)

    taken = seconds(click_and_wait)
    run = list_runs(server.runs)[0]
    shares = ", ".join(f"{epoch.test_accuracy:.2%}" for epoch in run.log.epochs())
    return f"{run.config.data} at {run.config.image_size} pixels: {taken:.0f} s; tested {shares}"


def table(browser: Browser, folder: Path) -> str:
    """Measure everything but the recipe and return the table."""
    rows: list[tuple[str, str]] = []

    def row(what: str, taken: list[float]) -> None:
        spread = f"{min(taken):.2f} to {max(taken):.2f}"
        rows.append((what, f"{statistics.median(taken):.2f} s ({spread})"))

    homes = [folder / str(number) for number in range(REPEATS)]
    for home in homes:
        home.mkdir()
    row("server start to first page", [first_page(browser, home) for home in homes])
    with running_server(homes[0]) as server:
        page = browser.new_page()
        page.goto(server.url)
        row("click to first answer, server just started", [answer(page, 1)])
        row("click to answer", [answer(page, number % 4 + 1) for number in range(1, REPEATS)])
        row("Start to first loss, page just opened", [first_loss(page, server, 0)])
        row(
            "Start to first loss, page open for 35 s",
            [first_loss(page, server, 35) for _ in range(REPEATS)],
        )
        row("typing in the network's editor to its shapes", editor(page))
        page.close()
        alone, followed = cost_of_following(browser, server)
    share = 1 - followed / alone
    rows.append(
        (
            f"batches in {WINDOW_SECONDS:.0f} s, unwatched and followed",
            f"{alone:.0f} and {followed:.0f}: {share:.1%}",
        )
    )
    lines = [f"| {what} | {value} |" for what, value in rows]
    machine = subprocess.check_output(["uname", "-m"], text=True).strip()
    return "\n".join(
        ["| what | median (range) |", "| --- | --- |", *lines, "", f"{machine}, {REPEATS} repeats"]
    )


def main() -> int:
    """Measure what the command line asks for and print it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        if sys.argv[1:]:
            with running_server(Path(folder)) as server:
                print(recipe(browser.new_page(), server, Path(sys.argv[1])))
        else:
            print(table(browser, Path(folder)))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
