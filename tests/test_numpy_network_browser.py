"""The NumPy network page in a real Chromium: train side by side, and survive a refresh."""

import re

import numpy as np
import pytest

from core.config import TrainConfig
from core.folders import side_by_side_folder
from core.runs.listing import create_run, list_runs
from core.train import main as train_on_the_command_line
from tests.app_server import SETTLED, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture
def folders(server, monkeypatch):
    """Let this process see the server's runs."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(server.runs))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(server.cache))
    return server.runs


@pytest.fixture
def quick_run(folders):
    """Give the id of a run that trained for a moment."""
    path = folders / "quick"
    if not path.exists():
        sizes = ["--image-size", "80", "--train-per-class", "8", "--test-per-class", "4"]
        options = ["--model", "article", "--epochs", "1", "--run-dir", str(path), "--json"]
        assert train_on_the_command_line(["--data", "drawn", *options, *sizes]) == 0
    return path.name


def points(page, title: str) -> int:
    figure = page.locator("figure", has=page.locator("strong", has_text=title))
    # One look without waiting: while the page is drawn anew there may be no chart.
    found = figure.locator(".plot").evaluate_all("all => all.map((plot) => +plot.dataset.points)")
    return found[0] if found else 0


def test_both_train_pause_step_and_survive_a_refresh(open_page, folders):
    config = TrainConfig(image_size=80, train_per_class=200, test_per_class=8, epochs=50)
    pair = create_run(config.replace(engine="both", dtype="float64"))
    page = open_page(f"/numpy_network?view=Side-by-side+training&run={pair.id}")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause").wait_for(timeout=60_000)
    wait_for(lambda: points(page, "Loss per batch") >= 6, "three batches on the chart", 60)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Continue").wait_for()
    wait_for(lambda: pair.status().state == "paused", "the worker pauses")
    before = len(pair.log.comparisons())
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Step", exact=True).click()
    wait_for(lambda: len(pair.log.comparisons()) == before + 1, "exactly one more step")

    page.reload()
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Continue").wait_for()
    assert pair.id in page.url
    wait_for(lambda: points(page, "Loss per batch") == 2 * (before + 1), "both curves again")
    assert points(page, "Weights apart") >= before + 1

    page.get_by_role("button", name="Continue", exact=True).click()
    wait_for(lambda: len(pair.log.comparisons()) > before + 1, "it goes on")
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for(lambda: pair.status().state == "stopped", "the worker saves and goes", 60)
    page.get_by_role("button", name="Resume").wait_for()
    for step in pair.log.comparisons():
        assert step.numpy_loss == pytest.approx(step.torch_loss, rel=1e-9)


def test_start_makes_a_pair_that_the_address_names(open_page, folders):
    page = open_page("/numpy_network?view=Side-by-side+training&run=new")
    page.get_by_text("float32", exact=True).click()
    page.get_by_role("button", name="Start both", exact=True).click()
    page.get_by_role("button", name="Stop").wait_for()
    page.wait_for_url(re.compile("run=2"))
    pair = list_runs(side_by_side_folder())[0]
    assert pair.id in page.url
    assert (pair.config.engine, pair.config.dtype) == ("both", "float32")
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for(lambda: not pair.status().active, "it stops", 60)


def test_the_ladder_goes_down_and_back(open_page, quick_run):
    page = open_page(f"/numpy_network?model={quick_run}")
    page.set_default_timeout(60_000)  # torch is imported for the first comparison
    rows = page.locator(".layer-row")
    rows.nth(19).wait_for()
    assert rows.count() == 20
    assert rows.first.locator("img").count() == 3
    assert rows.last.locator(".number").count() == 3
    page.get_by_text("Backward, loss to photo").click()
    page.locator(".layer-row", has_text="weight gradient").first.wait_for()
    assert rows.first.locator("b").inner_text() == "Sigmoid"
    page.get_by_text("float64").click()
    page.wait_for_url(re.compile("dtype=float64"))
    page.get_by_text("as closely as float64 allows").wait_for()
    page.reload()
    page.get_by_text("as closely as float64 allows").wait_for()
    assert rows.first.locator("b").inner_text() == "Sigmoid"


@pytest.mark.parametrize("view", ["Layer+by+layer", "Side-by-side+training"])
def test_the_page_fits_a_phone(open_page, page, quick_run, view):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(f"/numpy_network?model={quick_run}&view={view}&run=new")
    page.get_by_role("button", name="Start both" if "Side" in view else "Drawn cat 1").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_the_engines_stand_in_line(open_page, page, quick_run):
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_default_timeout(60_000)
    open_page(f"/numpy_network?model={quick_run}")
    rows = page.locator(".layer-row")
    rows.nth(19).wait_for()
    for row in (rows.first, rows.last):
        ours, theirs, apart = (
            row.locator(f".{name} :is(img, .number)").bounding_box()
            for name in ("numpy", "torch", "difference")
        )
        assert ours["x"] == theirs["x"] == apart["x"]
        assert ours["y"] < theirs["y"] < apart["y"]
        assert ours["width"] == theirs["width"] and ours["x"] + ours["width"] <= 390
    metrics = page.get_by_test_id("stMetric")
    metrics.nth(3).wait_for()
    places = [metrics.nth(number).bounding_box() for number in range(4)]
    numpy, torch = places[::2], places[1::2]
    assert len({place["x"] for place in numpy}) == len({place["x"] for place in torch}) == 1
    assert all(a["y"] == b["y"] and a["x"] < b["x"] for a, b in zip(numpy, torch, strict=True))


def test_two_dropped_arrays_are_compared_and_their_map_fits(open_page, page, tmp_path):
    theirs = np.random.default_rng(0).standard_normal((1, 4, 12, 12)).astype(np.float32)
    ours = theirs.copy()
    ours[:, :, 0] += 1
    for name, array in (("ours", ours), ("theirs", theirs)):
        np.save(tmp_path / f"{name}.npy", array)
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_default_timeout(60_000)
    open_page("/numpy_network?view=Side-by-side+training&run=new")
    page.get_by_text("Compare two arrays").click()
    for name in ("ours", "theirs"):
        box = page.locator(f".st-key-array-{name} input[type=file]")
        box.set_input_files(str(tmp_path / f"{name}.npy"))
    page.get_by_text("This is not rounding: 48 of 576 numbers").first.wait_for()
    page.get_by_text("look at the padding").first.wait_for()
    page.locator(".js-plotly-plot").nth(1).wait_for()
    axes = page.locator(".js-plotly-plot .xtitle, .js-plotly-plot .ytitle").all_text_contents()
    assert set(axes) == {"row", "column", "channel"}
    page.wait_for_selector(SETTLED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    report = page.get_by_test_id("stCode")
    report.hover()  # by which its button to copy appears
    report.get_by_role("button").wait_for()
