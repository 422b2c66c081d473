"""Networks unlike the article's in a real Chromium: on Feature maps and down the NumPy ladder."""

import pytest

from core.networks.layers import describe_layers
from core.runs.run import Run
from tests.app_server import SETTLED
from tests.feature_maps_page import SIZE, train, wait_for_layer

pytestmark = pytest.mark.browser

LONG = "conv 2 kernel 3; " + "relu; " * 45 + "flatten; linear 1; sigmoid"
NETWORKS = {
    "depthwise": ("--model", "depthwise-separable"),
    "least": ("--network", "flatten; linear 1; sigmoid"),
    "long": ("--network", LONG),
}


@pytest.fixture(scope="module")
def runs(server) -> dict[str, Run]:
    """Every network after an epoch on a few drawn pets."""
    few = ["--image-size", str(SIZE), "--train-per-class", "3", "--test-per-class", "2"]
    few += ["--epochs", "1", "--batch-size", "3"]
    return {name: train(server, name, *told, *few) for name, told in NETWORKS.items()}


def names_of_layers(run: Run) -> list[str]:
    return [layer.name for layer in describe_layers(run.load_model(), SIZE)]


def test_a_depthwise_channel_reads_one_channel_and_a_linear_layer_the_colours(open_page, runs):
    page = open_page(f"/feature_maps?run={runs['depthwise'].id}&layer=0")
    names = page.locator(".layer:not(.head) .name")
    wait_for_layer(page, 0)
    assert names.all_inner_texts() == names_of_layers(runs["depthwise"])
    page.locator(".layer:not(.head)").nth(3).click()
    wait_for_layer(page, 3)
    page.locator("canvas.grid").click(position={"x": 20, "y": 20})
    wait_for_layer(page, 3, "0")
    assert "What its input put in" in page.locator(".channel-view").inner_text()
    assert page.locator(".sum tr").first.inner_text().startswith("channel 0")

    page = open_page(f"/feature_maps?run={runs['least'].id}&layer=1&channel=0")
    wait_for_layer(page, 1, "0")
    assert names.all_inner_texts() == ["Flatten", "Linear", "Sigmoid"]
    terms = [row.split()[0] for row in page.locator(".sum tr").all_inner_texts()]
    assert sorted(terms[:3]) == ["blue", "green", "red"] and terms[3] == "bias"


def test_a_long_networks_layers_scroll_beside_the_chosen_one(open_page, runs):
    page = open_page(f"/feature_maps?run={runs['long'].id}&layer=44")
    wait_for_layer(page, 44)
    strip = page.locator(".strip")
    assert strip.evaluate("(it) => it.scrollHeight > it.clientHeight && it.scrollTop > 0")
    outer, row = strip.bounding_box(), page.locator(".layer[aria-pressed=true]").bounding_box()
    assert outer["y"] < row["y"] and row["y"] + row["height"] <= outer["y"] + outer["height"]
    page.locator(".layer[aria-pressed=true]").press("ArrowDown")
    wait_for_layer(page, 45)
    assert page.locator(".detail h3").bounding_box()["y"] < 800, "without scrolling the page"


@pytest.mark.parametrize("name", ["depthwise", "least"])
def test_the_ladder_has_three_pictures_of_every_layer(open_page, runs, name):
    page = open_page(f"/numpy_network?model={runs[name].id}")
    page.wait_for_selector(SETTLED)
    rows = page.locator(".layer-row")
    rows.last.wait_for()
    assert rows.locator(".what b").all_inner_texts() == names_of_layers(runs[name])
    assert rows.locator("figure :is(img, .number)").count() == 3 * rows.count()
    page.get_by_text("Both engines agree").wait_for()
