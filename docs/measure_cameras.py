"""Measure a class with live cameras: ``python docs/measure_cameras.py`` prints a Markdown table.

One server, one training, and as many live cameras as each row says, a test picture that moves in
place of what they see. Beside them somebody asks for a drawn pet again and again. All of it shares
this machine: server, training and browsers.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from core.bench.measure import table  # noqa: E402
from core.runs.run import Run  # noqa: E402
from docs.measure_load import batches_in, served, training  # noqa: E402
from docs.walking import PATIENCE  # noqa: E402
from tests.app_server import SETTLED, Server, chromium_options  # noqa: E402
from tests.processes import can_tell, processor_seconds, tree_of  # noqa: E402

CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=fps=5"]
HEADS = [
    *("cameras", "answers a second, each", "all together", "server's processor, ms an answer"),
    *("another visitor waits, s", "batches trained a minute"),
]


async def open_page(browser: Browser, server: Server) -> Page:
    """Open Classify in a context of its own."""
    page = await (await browser.new_context(base_url=server.url)).new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto("/")
    await page.wait_for_selector(SETTLED)
    return page


async def switched_on(browser: Browser, server: Server) -> Page:
    """Open Classify with its live camera, and wait for the first answer."""
    page = await open_page(browser, server)
    await page.get_by_text("Live camera").click()
    await page.get_by_role("button", name="Start the camera").click()
    await page.locator(".live[data-answers]").wait_for()
    return page


async def answers(pages: list[Page]) -> int:
    """Count what all cameras were answered so far."""
    counts = [await page.locator(".live").get_attribute("data-answers") for page in pages]
    return sum(int(count or 0) for count in counts)


async def waits(page: Page, seconds: float) -> list[float]:
    """Ask for a drawn pet and put it back, again and again; return how long each answer took."""
    taken, until = list[float](), time.monotonic() + seconds
    pet, answer = page.get_by_role("button", name="Drawn cat 1"), page.locator(".answer")
    while time.monotonic() < until:
        began = time.monotonic()
        await pet.click()
        await answer.wait_for()
        taken.append(time.monotonic() - began)
        await page.wait_for_selector(SETTLED)
        await pet.click()
        await answer.wait_for(state="detached")
        await asyncio.sleep(1)
    return taken


async def row(
    pages: list[Page], other: Page, server: Server, run: Run, seconds: float
) -> list[str]:
    """Return what so many cameras come to in a window."""
    before, worked = await answers(pages), processor_seconds(tree_of(server.process.pid))
    taken, trained = await asyncio.gather(waits(other, seconds), batches_in(run, seconds))
    count = await answers(pages) - before
    worked = processor_seconds(tree_of(server.process.pid)) - worked
    return [
        str(len(pages)),
        f"{count / seconds / len(pages):.1f}" if pages else "",
        f"{count / seconds:.1f}" if pages else "",
        f"{1000 * worked / count:.0f}" if count else "",
        f"{statistics.median(taken):.2f}",
        f"{60 * trained / seconds:.0f}",
    ]


async def measure(server: Server, counts: list[int], seconds: float) -> int:
    """Measure and print; return 1 when the server's log has an exception."""
    rows, pages = list[list[str]](), list[Page]()
    with training(server) as (run, _):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**chromium_options(*CAMERA))
            other = await open_page(browser, server)
            for count in counts:
                while len(pages) < count:
                    pages.append(await switched_on(browser, server))
                rows.append(await row(pages, other, server, run, seconds))
                print(rows[-1], file=sys.stderr, flush=True)
            await browser.close()
    print(table(HEADS, rows))
    if log := server.tracebacks():
        print(f"The server's log has an exception:\n{log}")
    return 1 if log else 0


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, nargs="+", default=[0, 1, 4, 20])
    parser.add_argument("--seconds", type=float, default=30, help="of each row")
    options = parser.parse_args()
    if not can_tell():
        print("This needs Linux, which says how long processors worked.", file=sys.stderr)
        return 2
    with served() as (server, _):
        return asyncio.run(measure(server, sorted(options.cameras), options.seconds))


if __name__ == "__main__":
    sys.exit(main())
