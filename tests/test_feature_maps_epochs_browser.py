"""The Feature maps page in a real Chromium: the film of the map, silence, kernels, and sizes."""

import re
from base64 import b64decode
from collections import Counter

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page
from torch import nn

from core.data import DataRequest, load_data
from core.networks.classifier import Classifier
from core.networks.tensors import network_input
from core.pictures.colour import CAT, DOG
from core.runs.checkpoints import Position
from core.runs.run import Run
from tests.app_server import SETTLED, wait_for
from tests.feature_maps_page import SIZE, train, wait_for_layer

pytestmark = pytest.mark.browser

EPOCHS = 3
DEAD, SHY = 5, 6
"""Channels of the first ReLU: one that never speaks, one that is silent for half of the photos."""


@pytest.fixture(scope="module")
def run(server) -> Run:
    sizes = ["--image-size", str(SIZE), "--train-per-class", "16", "--test-per-class", "12"]
    run = train(server, "epochs", "--model", "compact", "--epochs", str(EPOCHS), *sizes)
    plant_silence(run, server)
    return run


def plant_silence(run: Run, server) -> None:
    """Give two channels of the newest epoch biases that keep them from speaking."""
    checkpoint = run.checkpoint(EPOCHS)
    weights = {name: array.copy() for name, array in checkpoint.weights.items()}
    weights["1.bias"][DEAD] = -1e4
    weights["1.bias"][SHY] -= np.median(loudest(run, server, SHY))
    run.checkpoints.save(Position(EPOCHS), weights, {}, checkpoint.facts)


def loudest(run: Run, server, channel: int) -> np.ndarray:
    """Tell the largest value of a channel before the first ReLU for each test photo."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_CACHE", str(server.cache))
        photos = network_input(np.array(load_data(DataRequest.of(run.config)).test.pixels))
    maps = run.load_model(EPOCHS)[:2](photos).detach().numpy()
    return np.asarray(maps[:, channel].max(axis=(1, 2)))


@pytest.fixture
def look(browser, server, run):
    """Open the page in a window of some size and theme: ``look("view=map", 390, "dark")``."""
    contexts = []

    def look_at(query: str, width: int = 1280, theme: str = "light") -> Page:
        height = {390: 844, 1280: 800, 1920: 1080}[width]
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": height},
            color_scheme=theme,
            has_touch=width == 390,
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.goto(f"/feature_maps?run={run.id}&{query}")
        page.wait_for_selector(SETTLED)
        return page

    yield look_at
    for context in contexts:
        context.close()


def test_dead_is_said_once_all_test_photos_were_looked_at(look, run, server):
    page = look(f"layer=2&epoch={EPOCHS}")
    wait_for_layer(page, 2)
    row = page.locator(".layer:not(.head)").nth(2)
    assert "dead" not in row.get_attribute("aria-label")
    assert "silent here" in row.get_attribute("aria-label")
    page.locator('.layer[aria-label*="1 of 24 dead"]').first.wait_for(timeout=60_000)
    assert "1 of 24 dead" in page.locator(".figures .words").inner_text()
    page.get_by_text("One that is silent for all 24 test photos is dead").wait_for()
    page.goto(f"/feature_maps?run={run.id}&epoch={EPOCHS}&layer=2&channel={DEAD}")
    page.get_by_text("dead: zero everywhere for all 24 test photos").wait_for()
    quiet = int(loudest(run, server, SHY).argmin())
    page.goto(f"/feature_maps?run={run.id}&epoch={EPOCHS}&layer=2&channel={SHY}&photo=test:{quiet}")
    page.get_by_text("silent here: zero everywhere for this photo, and for 12 of 24").wait_for()


def test_the_shipped_network_counts_over_drawn_pets(look):
    layers = list(Classifier.load().model)
    last = max(index for index, layer in enumerate(layers) if isinstance(layer, nn.ReLU))
    page = look("")
    page.goto(f"/feature_maps?run=shipped&layer={last}&photo=drawn:1")
    wait_for_layer(page, last)
    assert "silent here" in page.locator(".figures .words").inner_text()
    page.get_by_text(re.compile("silent for all 64 drawn pets")).wait_for(timeout=60_000)


def test_the_film_shows_every_epoch_once_its_map_is_made(look, run):
    page = look(f"view=map&epoch={EPOCHS}")
    points = page.locator(".photo-map[data-near]")
    points.wait_for(timeout=60_000)
    canvas = page.locator("canvas.points").element_handle()
    points.evaluate(
        """(node) => {
          window.seen = [];
          new MutationObserver(() => window.seen.push(node.dataset.shown))
            .observe(node, { attributes: true, attributeFilter: ["data-shown"] });
        }"""
    )
    page.get_by_label("Speed").select_option("fast")
    page.get_by_role("button", name="Play").click()
    wait_for(
        lambda: (
            page.evaluate("window.seen.at(-1)") == f"{run.id} {EPOCHS}"
            and len(page.evaluate("window.seen")) > EPOCHS
        ),
        "the film's last picture",
        60,
    )
    seen = [int(shown.split()[-1]) for shown in page.evaluate("window.seen")]
    from_start = seen[seen.index(0) :]
    assert list(dict.fromkeys(from_start)) == list(range(EPOCHS + 1))
    assert canvas.evaluate("(node) => node.isConnected")  # no picture was taken away meanwhile
    page.get_by_role("button", name="Play").wait_for()
    assert page.get_by_text("For the film").count() == 0


def test_another_network_is_chosen_while_the_film_plays(look, run):
    page = look(f"view=map&epoch={EPOCHS}")
    page.locator(".photo-map[data-near]").wait_for(timeout=60_000)
    page.get_by_label("Speed").select_option("fast")
    slider = page.locator(".scrubber input")
    for _ in range(5):
        page.get_by_role("button", name="Play").click()
        choose_network(page, "The shipped model")
        page.get_by_text("The map needs the test photos of a run").wait_for()
        choose_network(page, f"Run: {run.name}")
        slider.wait_for()


def choose_network(page: Page, name: str) -> None:
    box = page.get_by_role("combobox", name="Network")
    box.fill(name)
    box.press("Enter")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_maps_colours_are_seen_and_its_words_lie_outside_the_points(look, width, theme):
    page = look("view=map", width, theme)
    page.locator(".photo-map[data-near]").wait_for(timeout=60_000)
    page.wait_for_selector(SETTLED)
    canvas = page.locator("canvas.points")
    wait_for(lambda: 0 <= gap_above(canvas, page.locator(".scrubber")) < 40, "the map's place")
    assert canvas.bounding_box()["width"] >= (330 if width == 390 else 600)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    png = b64decode(canvas.evaluate("(node) => node.toDataURL()").partition(",")[2])
    pixels = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    pixels = pixels[..., [2, 1, 0, 3]]  # from OpenCV's BGRA
    ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    background = np.array([int(n) for n in re.findall(r"\d+", ground)[:3]])
    for colour in (CAT, DOG):
        rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        near = np.abs(pixels[..., :3].astype(int) - rgb).sum(axis=2) < 90
        near &= pixels[..., 3] > 60
        drawn = Counter(map(tuple, pixels[near].tolist())).most_common(1)[0][0]
        solid = (np.array(drawn[:3]) * drawn[3] + background * (255 - drawn[3])) / 255
        assert contrast(solid, background) >= 3
        assert not near[:, :24].any() and not near[-24:].any()


def gap_above(lower: Locator, upper: Locator) -> float:
    """Return the pixels between two things, which a page still being laid out moves in turn."""
    above, below = upper.bounding_box(), lower.bounding_box()
    return below["y"] - (above["y"] + above["height"]) if above and below else float("inf")


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """Contrast of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: np.ndarray) -> float:
        share = colour / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_what_changed_in_the_kernels_since_the_untrained_network(look, run):
    page = look(f"layer=0&epoch={EPOCHS}")
    wait_for_layer(page, 0)
    page.get_by_role("button", name="Change of kernels").click()
    page.get_by_text("minus what they were untrained").wait_for()
    initial, trained = (run.load_model(epoch)[0].weight.detach() for epoch in (0, EPOCHS))
    change = trained - initial
    scale = float(page.locator(".detail .legend").inner_text().split("\n")[-1].split()[0])
    assert scale == pytest.approx(float(change.abs().max()), rel=0.01)
    moved = float(change.norm() / initial.norm())
    assert f"weights moved {moved * 100:.0f} %" in page.locator(".figures").first.inner_text()
    page.locator("canvas.grid").hover(position={"x": 4, "y": 4})
    said = page.locator(".readout").first.inner_text()
    assert said.startswith("Kernel 0, red, row 0, column 0: changed by about")
    value = float(said.rsplit(" ", 1)[1].replace("\u2212", "-"))
    assert value == pytest.approx(float(change[0, 0, 0, 0]), abs=scale / 100)
    page.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press("Home")
    page.get_by_text("no kernel has changed yet").wait_for()
    page.get_by_role("button", name="Kernels", exact=True).click()
    page.get_by_text("Each picture is one kernel").wait_for()


def test_maps_use_the_screen_and_a_finger_meets_a_channel(look):
    page = look("layer=2", 1920)
    wait_for_layer(page, 2)
    assert int(page.locator("canvas.grid").get_attribute("data-side")) >= 100
    wide = page.locator("canvas.grid")
    wait_for(lambda: wide.bounding_box()["y"] < 600, "the maps stand where they belong")
    page = look("layer=23", 390)
    wait_for_layer(page, 23)
    grid = page.locator("canvas.grid")
    assert int(grid.get_attribute("data-side")) >= 44
    row = page.locator(".layer:not(.head)").nth(2)
    assert row.bounding_box()["height"] >= 24
    row.tap()
    wait_for_layer(page, 2)
    title = page.locator(".detail .title h3")
    wait_for(lambda: 0 < title.bounding_box()["y"] < 300, "the layer comes into view")
    page.get_by_role("button", name="Up to all layers").tap()
    wait_for(lambda: row.bounding_box()["y"] > 0, "the strip comes back")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
