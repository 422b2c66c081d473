"""The Train page in a browser: what its tests look at and do."""

from playwright.sync_api import Locator, Page

from core.runs.listing import list_runs
from core.runs.run import Run
from tests.app_server import Server

# Counts every element that comes or goes in a chart, every chart that was swapped for another, and
# every frame in which one is blank: a chart that updates in place has none of these.
WATCH = """
() => {
  const canvases = [];
  const visit = (node) => {
    if (node.matches?.(".plot canvas") && node.clientWidth) canvases.push(node);
    if (node.shadowRoot) visit(node.shadowRoot);
    for (const child of node.children ?? []) visit(child);
  };
  visit(document.body);
  Object.assign(window, { swaps: 0, blanks: 0, frames: 0 });
  const observer = new MutationObserver((list) => {
    for (const change of list) {
      window.swaps += change.addedNodes.length + change.removedNodes.length;
    }
  });
  for (const canvas of canvases) {
    observer.observe(canvas.getRootNode(), { childList: true, subtree: true });
  }
  const isBlank = (canvas) => {
    if (!canvas.width || !canvas.height) return true;
    const paint = canvas.getContext("2d");
    const { data } = paint.getImageData(0, 0, canvas.width, canvas.height);
    return !data.some((value) => value > 0);
  };
  const look = () => {
    window.frames += 1;
    for (const canvas of canvases) {
      if (!canvas.isConnected) window.swaps += 1;
      else if (isBlank(canvas)) window.blanks += 1;
    }
    requestAnimationFrame(look);
  };
  look();
  return canvases.length;
}
"""


def chart(page: Page, title: str) -> Locator:
    """Return the canvas chart of a title."""
    return page.locator("figure", has=page.locator("strong", has_text=title)).locator(".plot")


def points(page: Page, title: str) -> int:
    """Return how many points a canvas chart shows."""
    return int(chart(page, title).get_attribute("data-points") or 0)


def last_x(page: Page, title: str) -> float:
    """Return how far to the right a canvas chart's points reach."""
    return float(chart(page, title).get_attribute("data-last") or 0)


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
