"""Every page on a phone, a laptop and a projector: nothing is cut off, no width is wasted."""

import pytest
from playwright.sync_api import Locator, Page

from core.runs.commands import Action
from core.runs.listing import list_runs
from core.train import main as train_on_the_command_line
from tests.app_server import SETTLED, wait_for

pytestmark = pytest.mark.browser

WIDTHS = {390: 844, 853: 533, 1280: 800, 1920: 1080}
"""Heights by widths, in pixels; 853 is 1280 enlarged by a half, as for a projector."""
ADDRESSES = (
    "/",
    "/train?run=new",
    "/train?run=finished",
    "/feature_maps?run=finished&view=layers",
    "/feature_maps?run=finished&view=why",
    "/feature_maps?run=finished&view=map",
    "/feature_maps?run=finished&view=mistakes",
    "/conv_lab",
    "/conv_lab?layer=max_pool",
    "/conv_lab?layer=loss",
    "/conv_lab?layer=conv_transpose",
    "/conv_lab?layer=adam",
    "/numpy_network",
    "/numpy_network?view=Side-by-side+training",
)

# What is wrong with the page at its width, in words: text that does not fit its label or button,
# what sticks out at the side, words that name a place, main parts that leave their room empty.
FAULTS = """
() => {
  const faults = [];
  const main = document.querySelector("[data-testid=stMain]");
  const room = main.getBoundingClientRect();
  if (main.scrollWidth > main.clientWidth) {
    faults.push(`the page is ${main.scrollWidth} px wide in ${main.clientWidth}`);
  }
  const used = main.querySelector(".block-container").getBoundingClientRect().width;
  if (used < 0.95 * room.width) faults.push(`uses ${used} px of ${room.width}`);
  const place = main.innerText.match(/.{20}\\bon the (left|right)\\b.{0,20}/);
  if (place) faults.push(`names a place: ${place[0]}`);
  const labels = "button, label, legend, th, summary, [role=radio], [role=tab]";
  const inside = (node) => {
    for (; node; node = node.parentElement ?? node.getRootNode().host) {
      if (node.matches?.(".js-plotly-plot, [data-testid=stSelectbox]")) return true;
      if (node.matches?.("[data-testid=stSidebar], .picture")) return true;  // captions are names
      if (node.matches?.("details:not([open]) > :not(summary)")) return true;
    }
    return false;
  };
  const visit = (node) => {
    if (node.shadowRoot) visit(node.shadowRoot);
    for (const child of node.children ?? []) visit(child);
    if (node.tagName === "CANVAS" && node.checkVisibility()) {
      const over = node.getBoundingClientRect().right - room.right;
      if (over > 1) faults.push(`a picture sticks out by ${over} px`);
    }
    if (!node.matches?.(labels) || inside(node)) return;
    for (const part of [node, ...node.querySelectorAll("*")]) {
      const style = getComputedStyle(part);
      const text = part.textContent.trim();
      if (style.overflowX !== "hidden" || !text || part.clientWidth < 2) continue;
      if (part.scrollWidth > part.clientWidth + 1) faults.push(`cut off: ${text}`);
    }
    const box = node.getBoundingClientRect();
    if (box.width > 1 && box.right > innerWidth + 1 && node.checkVisibility()) {
      faults.push(`sticks out: ${node.textContent.trim()}`);
    }
  };
  visit(main);
  return [...new Set(faults)];
}
"""


@pytest.fixture(scope="module")
def finished(server) -> None:
    """Train a small run that all views can show."""
    few = ["--model", "compact", "--image-size", "32", "--epochs", "2", "--vary"]
    few += ["--train-per-class", "8", "--test-per-class", "6", "--json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_CACHE", str(server.cache))
        run_dir = str(server.runs / "finished")
        assert train_on_the_command_line(["--data", "drawn", "--run-dir", run_dir, *few]) == 0


@pytest.mark.usefixtures("finished")
def test_every_page_fits_every_width_and_uses_it(open_page):
    found = {}
    for address in ADDRESSES:
        page = open_page(address)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            faults: list[str] = []

            def none_left(faults=faults, page=page) -> bool:
                faults[:] = page.evaluate(FAULTS)
                return not faults

            try:  # charts and grids take a moment to follow
                wait_for(none_left, "it fits", 3)
            except AssertionError:
                found[f"{address} at {width}"] = faults
        page.set_viewport_size({"width": 1280, "height": 800})
    assert not found, "\n".join(f"{where}: {'; '.join(what)}" for where, what in found.items())


def in_view(page: Page, seen: Locator) -> bool:
    """Tell whether an element lies within the window."""
    box, window = seen.bounding_box(), page.viewport_size
    return bool(box and window and 0 <= box["y"] <= window["height"] - box["height"])


def test_on_a_phone_what_a_click_brings_is_in_view(open_page, page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page("/train?run=new&network=article")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("300")
    epochs.press("Enter")
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Start", exact=True).click()
    bar = page.get_by_test_id("stProgress")
    bar.wait_for()
    wait_for(lambda: in_view(page, bar), "the training is in view")
    (run,) = [each for each in list_runs(server.runs) if each.status().active]
    wait_for(lambda: run.status().batch_loss is not None, "it trains")
    run.send(Action.STOP)
    open_page("/numpy_network")
    answer = page.get_by_test_id("stMetricValue").first
    answer.wait_for()
    assert not in_view(page, answer)  # nobody asked for it yet
    pet = page.get_by_role("button", name="Drawn dog").first
    pet.click()
    wait_for(lambda: in_view(page, answer), "the comparison is in view")
    wait_for(lambda: not run.status().active, "the training ends")
