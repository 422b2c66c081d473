"""The Train page in a browser: what its tests look at and do."""

from playwright.sync_api import Locator, Page

from core.runs.listing import list_runs
from core.runs.run import Run
from tests.app_server import Server


def chart(page: Page, title: str) -> Locator:
    """Return the canvas chart of a title."""
    return page.locator("figure", has=page.locator("strong", has_text=title)).locator(".plot")


def points(page: Page, title: str) -> int:
    """Return how many points a canvas chart shows."""
    return int(chart(page, title).get_attribute("data-points") or 0)


def told(page: Page, title: str, what: str) -> str:
    """Return what a canvas chart has written: "x-ticks", "y-ticks" or "marks"."""
    return chart(page, title).get_attribute(f"data-{what}") or ""


def explorable(page: Page, title: str) -> Locator:
    """Return the Plotly chart of a title."""
    return page.locator(".js-plotly-plot", has=page.locator(".gtitle", has_text=title))


def epochs_on(plot: Locator) -> list[str]:
    """Return what is written along the x axis of a Plotly chart."""
    return sorted(plot.locator(".xtick").all_text_contents())


def drag_across(page: Page, area: Locator, start: float, end: float) -> None:
    """Drag from one share of an area's width to another, at half its height."""
    box = area.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, middle, steps=4)
    page.mouse.up()


def only_run(server: Server) -> Run:
    """Return the one run that the server has."""
    runs = list_runs(server.runs)
    assert len(runs) == 1
    return runs[0]
