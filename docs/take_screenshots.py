"""Take the README's screenshots: ``python docs/take_screenshots.py`` with a Chromium installed.

Starts the app with folders of its own, uses it on drawn pets, and writes docs/screenshots/.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.app_server import SETTLED, Server, chromium_options, running_server  # noqa: E402

PICTURES = ROOT / "docs" / "screenshots"
DESKTOP = (1280, 800)
PHONE = (390, 844)
RUN = "first-run"


def classify(page: Page, pet: str = "Drawn cat 2") -> None:
    """Click a drawn pet and wait for its answer."""
    page.goto("/")
    page.get_by_role("button", name=pet).click()
    page.locator(".answer .label").wait_for(timeout=30_000)


def fool_it(page: Page) -> None:
    """Let the smallest step turn a drawn cat's answer, at the top of the window."""
    classify(page, "Drawn cat 1")
    fold = page.get_by_text("Fool it:")
    fold.click()
    page.locator('.fooling[data-turned="true"]').wait_for(timeout=60_000)
    fold.evaluate("each => each.scrollIntoView()")


def train(page: Page) -> None:
    """Look at the finished run."""
    page.goto(f"/train?run={RUN}")
    page.locator(".js-plotly-plot .legend").nth(2).wait_for(timeout=30_000)


def editor(page: Page) -> None:
    """Open the network's editor with its second convolution chosen, at the top of the window."""
    page.goto("/train?run=new&network=article")
    page.get_by_text("Change the network").click()
    page.locator(".network-editor[data-drawn]").wait_for(timeout=30_000)
    page.wait_for_selector(SETTLED)
    page.locator(".network-editor .block").nth(4).click()
    page.get_by_text("Layer 5 of 20").wait_for()
    page.get_by_text("Change the network").evaluate("each => each.scrollIntoView()")


def feature_maps(page: Page) -> None:
    """Open the run on a test photo and wait for the strip of layers."""
    page.goto(f"/feature_maps?run={RUN}")
    page.get_by_text("Max pool 1").first.wait_for(timeout=60_000)


def conv_lab(page: Page) -> None:
    """Open the lab with its first experiment."""
    page.goto("/conv_lab")
    page.get_by_text("Kernel w").first.wait_for(timeout=30_000)


def adam(page: Page) -> None:
    """Open the lab on twelve steps of Adam whose gradients scatter."""
    page.goto("/conv_lab?layer=adam&adam.steps=12&adam.noise=1")
    page.get_by_text("NumPy, torch, and their difference").wait_for(timeout=30_000)


def numpy_network(page: Page) -> None:
    """Send a drawn cat through both engines."""
    page.goto("/numpy_network")
    page.get_by_role("button", name="Drawn cat 2").click()
    page.get_by_text("P(cat)").first.wait_for(timeout=60_000)


SHOTS: dict[str, Callable[[Page], None]] = {
    "classify": classify,
    "fool_it": fool_it,
    "train": train,
    "editor": editor,
    "feature_maps": feature_maps,
    "conv_lab": conv_lab,
    "adam": adam,
    "numpy_network": numpy_network,
}


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
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.screenshot(path=PICTURES / f"{name}-{kind}.png")
    page.close()


def train_a_run(server: Server) -> None:
    """Train the run that the pictures show, on drawn pets, in about a minute."""
    command = [sys.executable, "-m", "core.train", "--data", "drawn", "--model", "article"]
    choices = ["--image-size", "96", "--train-per-class", "300", "--test-per-class", "100"]
    subprocess.run(
        [*command, *choices, "--run-dir", str(server.runs / RUN), "--json"],
        cwd=ROOT,
        env=os.environ | {"GLASS_CNN_CACHE": str(server.cache)},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def main() -> int:
    """Take all pictures, or those named on the command line."""
    wanted = sys.argv[1:] or list(SHOTS)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        with running_server(Path(home)) as server:
            train_a_run(server)
            for name in wanted:
                for kind in ("light", "dark", "phone"):
                    shoot(browser, server.url, name, kind)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
