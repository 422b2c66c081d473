"""Take the README's screenshots: ``python docs/take_screenshots.py`` with a Chromium installed.

Starts the app with folders of its own, uses it on drawn pets, and writes docs/screenshots/.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.app_server import SETTLED, find_chromium, running_server, wait_for  # noqa: E402

PICTURES = ROOT / "docs" / "screenshots"
DESKTOP = (1280, 800)
PHONE = (390, 844)


def classify(page: Page) -> None:
    """Click a drawn cat and wait for its answer."""
    page.goto("/")
    page.get_by_role("button", name="Drawn cat 2").click()
    page.locator(".answer .label").wait_for(timeout=30_000)


def train(page: Page) -> None:
    """Start a training on drawn pets, unless one is there, and follow it for three epochs."""
    page.goto("/train")
    page.wait_for_selector(SETTLED)
    start = page.get_by_role("button", name="Start", exact=True)
    if "run=" not in page.url and start.is_visible():
        start.click()
    chart = page.locator("figure", has=page.locator("strong", has_text="Loss per epoch"))
    chart.wait_for(timeout=30_000)
    points = chart.locator(".plot")
    wait_for(lambda: int(points.get_attribute("data-points") or 0) >= 6, "three epochs", 120)


SHOTS: dict[str, Callable[[Page], None]] = {"classify": classify, "train": train}


def shoot(browser: Browser, url: str, name: str, kind: str) -> None:
    """Take one picture; ``kind`` is light, dark or phone."""
    width, height = PHONE if kind == "phone" else DESKTOP
    page = browser.new_page(
        base_url=url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if kind == "dark" else "light",
    )
    SHOTS[name](page)
    page.wait_for_selector(SETTLED)
    page.screenshot(path=PICTURES / f"{name}-{kind}.png")
    page.close()


def main() -> int:
    """Take all pictures, or those named on the command line."""
    wanted = sys.argv[1:] or list(SHOTS)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        with running_server(Path(home)) as server:
            for name in wanted:
                for kind in ("light", "dark", "phone"):
                    shoot(browser, server.url, name, kind)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
