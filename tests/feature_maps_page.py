"""The Feature maps page in a browser: runs to look at, and what is on screen."""

import pytest
from playwright.sync_api import Page

from core.runs.run import Run
from core.train import main as train_on_the_command_line
from tests.app_server import Server

SIZE = 32


def train(server: Server, name: str, *options: str) -> Run:
    """Train a run on a few drawn pets in the server's folders."""
    path = server.runs / name
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_CACHE", str(server.cache))
        assert train_on_the_command_line(["--run-dir", str(path), "--data", "drawn", *options]) == 0
    return Run(path)


def shown(page: Page) -> str:
    """Return what the first view says that it shows."""
    return page.locator(".anatomy").first.get_attribute("data-shown") or ""


def wait_for_layer(page: Page, layer: int, channel: str = "") -> None:
    """Wait until a layer is shown, or one of its channels."""
    page.locator(f'.anatomy[data-layer="{layer}"][data-channel="{channel}"]').wait_for()
