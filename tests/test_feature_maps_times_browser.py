"""The Feature maps page in a real Chromium: how long it takes, and beside a training."""

import re
import statistics

import pytest

from core.config import TrainConfig
from core.runs.commands import Action
from core.runs.worker_pool import WorkerPool
from tests.app_server import SETTLED, wait_for
from tests.feature_maps_page import SIZE, shown, train, wait_for_layer

pytestmark = pytest.mark.browser

# Acts on a node and waits until another one, the view, says that it has painted anew.
ACT = """
([view, attribute, act]) => (node) => {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("nothing was painted within 20 s")), 20_000);
    new MutationObserver((_, observer) => {
      observer.disconnect();
      resolve(performance.now() - started);
    }).observe(view ?? node, { attributes: true, attributeFilter: [attribute] });
    act(node);
  });
}
"""


def milliseconds(node, act: str, view=None, attribute: str = "data-drawn") -> float:
    """Time from an action on a node to the moment at which the view has been painted anew."""
    script = f"(node, view) => ({ACT})([view, '{attribute}', {act}])(node)"
    return float(node.evaluate(script, view))


def test_all_layers_of_the_articles_network_are_there_within_a_second(open_page, server, capsys):
    """Times at 224, by the browser's own clock, until the last layer is painted."""
    counts = ["--epochs", "2", "--train-per-class", "8", "--test-per-class", "8"]
    run = train(server, "large", "--model", "article", *counts)
    assert run.config.image_size == TrainConfig().image_size == 224
    page = open_page(f"/feature_maps?run={run.id}")
    wait_for_layer(page, 2)
    taken: dict[str, list[float]] = {}
    view = page.locator(".anatomy")
    for number in range(7):
        page.get_by_test_id("stPopover").last.get_by_role("button").click()
        photo = page.get_by_test_id("stPopoverBody").get_by_role("button", name=re.compile(", a "))
        photo.nth(2 + number).wait_for()
        page.wait_for_selector(SETTLED)
        handle = view.element_handle()
        click = "(node) => node.click()"
        times = {"a photo to all layers": milliseconds(photo.nth(2 + number), click, handle)}
        page.wait_for_selector(SETTLED)
        row = page.locator(".layer").nth(5 + number)
        times["a layer to its channels"] = milliseconds(row, click, handle)
        page.wait_for_selector(SETTLED)
        slider = page.get_by_role("slider", name="Epoch")
        value = 1 + number % 2
        scrub = f"(node) => {{ node.value = {value}; node.dispatchEvent(new Event('input')); }}"
        times["an epoch to all layers"] = milliseconds(slider, scrub, handle)
        page.wait_for_selector(SETTLED)
        for name, time_taken in times.items():
            taken.setdefault(name, []).append(time_taken)
    page.get_by_role("radio", name="Why it said so").click()
    page.locator(".evidence[data-shown]").wait_for()
    page.wait_for_selector(SETTLED)
    page.get_by_role("radio", name="Cover and ask again").click()
    cover = page.locator(".cover[data-at]")
    for key in ("ArrowRight", "ArrowDown") * 3:
        page.wait_for_selector(SETTLED)
        move = f"""(node) => node.querySelector("canvas.photo")
            .dispatchEvent(new KeyboardEvent("keydown", {{ key: "{key}", bubbles: true }}))"""
        times_taken = taken.setdefault("a covered place to its answer", [])
        times_taken.append(milliseconds(cover, move, None, "data-at"))
    with capsys.disabled():
        for name, times_taken in taken.items():
            middle, most = statistics.median(times_taken), max(times_taken)
            print(f"\nfrom {name}: {middle:.0f} ms, at most {most:.0f}", end="")
    assert statistics.median(taken["a photo to all layers"]) < 1000


def test_a_live_run_does_not_move_the_slider(open_page, server):
    sizes = ["--image-size", str(SIZE), "--train-per-class", "24", "--test-per-class", "8"]
    run = train(server, "live", "--model", "compact", "--epochs", "1", *sizes)
    run.extend(400)
    WorkerPool().start(run)
    try:
        page = open_page(f"/feature_maps?run={run.id}")
        wait_for_layer(page, 2)
        lengths = set[str | None]()

        def growth() -> int:
            lengths.add(page.get_by_role("slider", name="Epoch").get_attribute("max"))
            return len(lengths) - 1

        # A new visitor's page is drawn twice, the second time perhaps after another epoch.
        wait_for(lambda: growth() >= 1, "the slider grows", 60)
        page.wait_for_selector(SETTLED)
        put = shown(page)
        wait_for(lambda: growth() >= 4, "the slider grows three times more", 60)
        assert shown(page) == put
    finally:
        run.send(Action.STOP)
        wait_for(lambda: not run.status().active, "the run ends")
