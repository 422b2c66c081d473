"""Measure a class: ``python docs/measure_load.py FOLDER`` prints Markdown tables.

One server, one training, and 20 browsers that go through all pages for five minutes, each with a
photo of its own from FOLDER (without one, a drawn pet). Every answer is held against what
``python -m core.predict`` says of that photo. Then how fast the training is while as many browsers
look at it, and while none does. All of it shares this machine: server, training and browsers.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from core.bench.measure import table  # noqa: E402
from core.config import RECIPES  # noqa: E402
from core.runs.listing import create_run  # noqa: E402
from core.runs.run import Run  # noqa: E402
from core.runs.worker_pool import launch  # noqa: E402
from docs.walking import PATIENCE, Photo, Seen, Visitor, asked, photos_of  # noqa: E402
from tests.app_server import (  # noqa: E402
    SETTLED,
    Server,
    chromium_options,
    running_server,
    wait_for,
)
from tests.processes import can_tell, held_megabytes, processor_seconds, tree_of  # noqa: E402

SAMPLE_SECONDS = 10.0
WINDOWS = 4


@dataclass(frozen=True)
class Sample:
    """What the processes held at a moment, in MB, and how long processors had worked for them."""

    seconds: float
    server: float
    both: float
    server_worked: float
    browsers_worked: float


@contextmanager
def served() -> Iterator[tuple[Server, Path]]:
    """Start a server with a new folder, whose runs and cache are this process's too."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        os.environ |= {"GLASS_CNN_RUNS": str(server.runs), "GLASS_CNN_CACHE": str(server.cache)}
        yield server, Path(folder)


@contextmanager
def training(server: Server) -> Iterator[tuple[Run, int]]:
    """Train the quick recipe on drawn pets as a worker of the server would, until the end."""
    run = create_run(RECIPES["quick"].replace(epochs=1000), "load")
    worker = launch([str(run.path)], run.path / "worker.log")
    try:
        wait_for(lambda: run.status().batch_loss is not None, "the training begins", 600)
        yield run, worker.pid
        if worker.poll() is not None:
            raise SystemExit(f"The training ended: {run.status().message}")
    finally:
        worker.terminate()
        worker.wait()


async def sample(server: Server, worker: int, samples: list[Sample]) -> None:
    """Look every ten seconds at what the processes hold, until cancelled."""
    began, me = time.monotonic(), os.getpid()
    for number in itertools.count():
        await asyncio.sleep(max(0.0, began + number * SAMPLE_SECONDS - time.monotonic()))
        tree = tree_of(server.process.pid)
        held = await asyncio.to_thread(held_megabytes, tree)
        both = await asyncio.to_thread(held_megabytes, tree | {worker})
        samples.append(
            Sample(
                *(time.monotonic() - began, held, both),
                *(processor_seconds(tree), processor_seconds(tree_of(me) - tree - {worker})),
            )
        )


async def walks(
    browser: Browser, server: Server, run: Run, worker: int, photos: list[Photo], minutes: float
) -> tuple[Seen, list[Sample]]:
    """Let every visitor walk; return what they saw and what the processes held meanwhile."""
    seen, samples = Seen(), list[Sample]()
    contexts = [await browser.new_context() for _ in photos]
    visitors = [
        Visitor(await context.new_page(), photo, server.url, seen)
        for context, photo in zip(contexts, photos, strict=True)
    ]
    looking = asyncio.create_task(sample(server, worker, samples))
    until = time.monotonic() + 60 * minutes
    await asyncio.gather(*(visitor.walk(n, until) for n, visitor in enumerate(visitors)))
    looking.cancel()
    for context in contexts:
        await context.close()
    return seen, samples


async def speeds(
    browser: Browser, server: Server, run: Run, count: int, seconds: float
) -> tuple[list[int], list[int], float]:
    """Return the batches trained in windows with no browser and with ``count`` that look on, in
    turns, and the processor's seconds that the server took for one of these a minute.
    """
    pages = [await (await browser.new_context()).new_page() for _ in range(count)]
    alone, followed, worked = list[int](), list[int](), 0.0
    address = f"{server.url}/train?run={run.id}"
    for _ in range(WINDOWS):
        for page in pages:
            await page.goto("about:blank")
        await asyncio.sleep(2)
        alone.append(await batches_in(run, seconds))
        await asyncio.gather(*(page.goto(address, timeout=PATIENCE) for page in pages))
        for page in pages:
            await see(page)
        before = processor_seconds(tree_of(server.process.pid))
        followed.append(await batches_in(run, seconds))
        worked += processor_seconds(tree_of(server.process.pid)) - before
    for page in pages:
        await page.context.close()
    return alone, followed, worked / WINDOWS / seconds * 60 / count


async def see(page: Page) -> None:
    """Wait for the training's charts; a page that stays without them is told and loaded again."""
    try:
        await page.locator(".plot[data-points]").first.wait_for(timeout=PATIENCE)
    except PlaywrightTimeout:
        errors = [str(each) for each in await page.page_errors()]
        shown = (await page.locator("body").inner_text())[:200]
        print(f"A page showed {shown!r} and had to be loaded again. Its errors: {errors}")
        await page.reload(timeout=PATIENCE)
        await page.locator(".plot[data-points]").first.wait_for(timeout=PATIENCE)
    await page.wait_for_selector(SETTLED, timeout=PATIENCE)


async def batches_in(run: Run, seconds: float) -> int:
    """Count the batches trained in a window."""
    before = len(run.log.batch_losses().steps)
    await asyncio.sleep(seconds)
    return len(run.log.batch_losses().steps) - before


def tell(seen: Seen, samples: list[Sample]) -> str:
    """Return what the walks came to, as Markdown."""
    rows = [
        [what, str(len(taken)), f"{statistics.median(taken):.2f}", f"{share(taken, 0.95):.2f}"]
        for what, taken in seen.seconds.items()
    ]
    told = [table(["what", "times", "median, s", "95 in 100 within, s"], rows), ""]
    rows = [[f"{each.seconds:.0f}", f"{each.server:.0f}", f"{each.both:.0f}"] for each in samples]
    told += [table(["after, s", "server, MB", "server and training, MB"], rows), ""]
    first, last = samples[0], samples[-1]
    settled = [each.server for each in samples if each.seconds >= 60] or [last.server]
    passed = last.seconds - first.seconds or 1
    told += [
        f"The server held {min(settled):.0f} to {max(settled):.0f} MB after the first minute.",
        f"Processors worked {(last.server_worked - first.server_worked) / passed:.2f} s a second "
        f"for the server, {(last.browsers_worked - first.browsers_worked) / passed:.2f} for the "
        "browsers.",
        f"{seen.answers} answers checked, {len(seen.wrong)} things wrong.",
        *[f"- {each}" for each in seen.wrong[:20]],
    ]
    return "\n".join(told)


def share(taken: list[float], part: float) -> float:
    """Return the value that a part of the sorted values does not pass."""
    return sorted(taken)[min(len(taken) - 1, int(part * len(taken)))]


async def measure(server: Server, options: argparse.Namespace, photos: list[Photo]) -> int:
    """Measure beside one training and print; return 1 when anything was wrong."""
    with training(server) as (run, worker):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**chromium_options())
            seen, samples = await walks(browser, server, run, worker, photos, options.minutes)
            print(tell(seen, samples), flush=True)
            alone, followed, worked = await speeds(
                browser, server, run, len(photos), options.window
            )
            await browser.close()
    kept = statistics.median(followed) / statistics.median(alone)
    print(
        f"Batches in {options.window:.0f} s with no browser: {alone}, with {len(photos)} that look "
        f"on: {followed}; the training keeps {kept:.0%} of its speed. One that looks on takes "
        f"{worked:.2f} s of the server's processor a minute."
    )
    if log := server.tracebacks():
        print(f"The server's log has an exception:\n{log}")
    return 1 if seen.wrong or log else 0


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="photos, one for each browser")
    parser.add_argument("--browsers", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--window", type=float, default=20, help="seconds")
    options = parser.parse_args()
    if not can_tell():
        print("This needs Linux, which says what processes hold.", file=sys.stderr)
        return 2
    with served() as (server, folder):
        photos = asked(photos_of(options.folder, options.browsers, folder))
        return asyncio.run(measure(server, options, photos))


if __name__ == "__main__":
    sys.exit(main())
