"""The Feature maps page in a real Chromium: click through, scrub, cover and ask again."""

import io
import re
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from core.data.drawn import draw_pet
from core.runs.run import Run
from tests.app_server import SETTLED, wait_for
from tests.feature_maps_page import SIZE, shown, train, wait_for_layer
from tests.test_pages import png

pytestmark = pytest.mark.browser

EPOCHS = 3


@pytest.fixture(scope="module")
def run(server) -> Run:
    """A small network that has learnt a little, so that it makes some mistakes."""
    sizes = ["--image-size", str(SIZE), "--train-per-class", "24", "--test-per-class", "16"]
    return train(server, "small", "--model", "compact", "--epochs", str(EPOCHS), *sizes)


@pytest.fixture
def look(open_page, run):
    """Open the page for the small run: ``look("view=why")``."""

    def look_at(query: str = ""):
        page = open_page(f"/feature_maps?run={run.id}&{query}")
        page.wait_for_selector(SETTLED)
        return page

    return look_at


def identity(page) -> str:
    return page.locator(".said .identity").first.inner_text()


def test_from_the_whole_network_to_one_channel_and_what_a_cell_sees(look, run):
    page = look()
    wait_for_layer(page, 2)
    model = run.load_model()
    rows = page.locator(".layer:not(.head)")
    assert rows.count() == len(model)
    assert "Conv 1" in rows.nth(0).inner_text() and "24 × 16 × 16" in rows.nth(0).inner_text()
    assert identity(page).startswith(f"{run.name} · after epoch {EPOCHS} · cat")

    for row in (21, 22, 23, 3):
        rows.nth(row).click()
        wait_for_layer(page, row)
        name = page.locator(".detail .title h3").inner_text()
        assert name == rows.nth(row).locator(".name").inner_text()
    assert "a cell sees 9 × 9 px" in page.locator(".detail .title").inner_text()
    grid = page.locator("canvas.grid")
    grid.hover(position={"x": 20, "y": 20})
    assert re.match(
        r"Channel 0, row \d+, column \d+: about", page.locator(".readout").first.inner_text()
    )
    top, left, bottom, right = map(
        int, page.locator("canvas.photo").get_attribute("data-box").split(",")
    )
    assert 0 < bottom - top <= 9 and 0 < right - left <= 9

    grid.click(position={"x": 20, "y": 20})
    wait_for_layer(page, 3, "0")
    assert "What each of its 24 inputs put in" in page.locator(".channel-view").inner_text()
    figures = [
        float(cell.replace("−", "-"))
        for cell in page.locator(".sum td:last-child").all_inner_texts()
    ]
    assert sum(figures[:-1]) == pytest.approx(figures[-1], abs=1e-6)
    page.locator("canvas.map").click(position={"x": 5, "y": 5})
    page.get_by_text("row 0, column 0", exact=True).wait_for()
    assert "channel=0" in page.url and "layer=3" in page.url
    address = page.url
    page.reload()
    page.wait_for_selector(SETTLED)
    wait_for_layer(page, 3, "0")
    assert page.url == address


def test_everything_works_by_keyboard(look):
    page = look()
    wait_for_layer(page, 2)
    page.locator(".layer").nth(3).focus()
    page.keyboard.press("ArrowUp")
    wait_for_layer(page, 1)
    grid = page.locator("canvas.grid")
    grid.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator(".readout").first.inner_text().startswith("Channel 1,")
    page.keyboard.press("Enter")
    wait_for_layer(page, 1, "1")
    page.locator("canvas.map").focus()
    before = page.locator("canvas.photo").get_attribute("data-box")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert page.locator("canvas.photo").get_attribute("data-box") != before
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    wait_for_layer(page, 1)


def test_a_finger_taps_through_to_a_channel(phone, run):
    page = phone(f"/feature_maps?run={run.id}")
    page.wait_for_selector(SETTLED)
    wait_for_layer(page, 2)
    page.locator(".layer").nth(5).tap()
    wait_for_layer(page, 4)
    page.locator("canvas.grid").tap(position={"x": 10, "y": 10})
    wait_for_layer(page, 4, "0")
    page.locator("canvas.map").tap(position={"x": 100, "y": 100})
    page.locator(".sum").wait_for()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_one_slider_rewinds_everything_together_and_plays(look, run):
    page = look()
    wait_for_layer(page, 2)
    page.evaluate("window.before = null")
    strip = page.locator(".strip").element_handle()
    latest = page.locator(".said").first.inner_text()
    slider = page.get_by_role("slider", name="Epoch")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.locator(f'.anatomy[data-shown^="{run.id} {EPOCHS - 1} "]').wait_for()
    earlier = page.locator(".said").first.inner_text()
    assert f"after epoch {EPOCHS - 1}" in earlier
    answers = run.test_predictions(EPOCHS - 1)
    right = int(((answers.probabilities >= 0.5) == answers.labels).sum())
    counts = page.locator(".confusion td.right").all_inner_texts()
    assert sum(map(int, counts)) == right
    page.keyboard.press("Home")
    page.locator(f'.anatomy[data-shown^="{run.id} 0 "]').wait_for()
    assert "untrained" in identity(page)
    page.get_by_label("Speed").select_option("fast")
    page.get_by_role("button", name="Play").click()
    page.locator(f'.anatomy[data-shown^="{run.id} {EPOCHS} "]').wait_for()
    assert page.locator(".said").first.inner_text() == latest
    page.get_by_role("button", name="Play").wait_for()  # it stops at the end by itself
    assert strip.evaluate("(node) => node.isConnected")  # nothing was mounted anew
    assert f"epoch={EPOCHS}" in page.url


def test_another_photo_and_two_side_by_side(look, run):
    page = look()
    wait_for_layer(page, 2)
    first = shown(page)
    page.get_by_test_id("stPopover").last.get_by_role("button").click()
    page.get_by_role("button", name=re.compile(", a dog")).nth(2).click()
    wait_for(lambda: shown(page) != first, "another photo")
    assert "dog" in identity(page)
    assert page.get_by_test_id("stPopoverBody").count() == 0
    page.get_by_text("Two photos").click()
    page.locator(".anatomy").nth(1).wait_for()
    wait_for(lambda: len(set(page.locator(".said .identity").all_inner_texts())) == 2, "two photos")
    page.locator(".anatomy").nth(1).locator(".layer").nth(1).click()
    for number in (0, 1):
        page.locator(".anatomy").nth(number).and_(page.locator('[data-layer="0"]')).wait_for()


def test_maps_can_be_taken_away_as_the_very_numbers(look, run):
    page = look("layer=0&channel=2")
    wait_for_layer(page, 0, "2")
    with page.expect_download() as download:
        page.get_by_role("button", name=".npy").click()
    values = np.load(io.BytesIO(download.value.path().read_bytes()), allow_pickle=False)
    assert values.shape == (16, 16) and values.dtype == np.float32
    assert "Conv-1-channel-2" in download.value.suggested_filename
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    picture = cv2.imread(str(download.value.path()))
    assert picture is not None and picture.shape == (512, 512, 3)


def test_why_it_said_so_by_every_method(look):
    page = look("view=why")
    for method in ("Grad-CAM", "Occlusion", "Input gradient", "Integrated gradients"):
        page.get_by_role("radio", name=method).click()
        page.wait_for_selector(SETTLED)
        page.locator(".evidence[data-shown]").wait_for()
        page.get_by_text("It cannot show").wait_for()
        captions = page.locator(".evidence figcaption").all_inner_texts()
        assert captions[1].startswith("For cat") and captions[2].startswith("For dog")
    page.get_by_role("radio", name="Grad-CAM").click()
    page.get_by_text(re.compile("cells, each drawn where")).wait_for()
    chosen = page.get_by_role("combobox", name="Layer").input_value().split(",")[0]
    assert chosen == "ReLU 8"
    page.get_by_text(re.compile(f"^{chosen}: ")).wait_for()
    canvas = page.locator(".evidence canvas.one")
    with_overlay = canvas.screenshot()
    page.get_by_label("Opacity of the overlay").fill("0")
    assert canvas.screenshot() != with_overlay
    canvas.focus()
    page.keyboard.press("ArrowRight")
    assert "Row" in page.locator(".evidence .readout").inner_text()


def test_the_keyboards_focus_stays_while_channels_are_looked_through(look):
    page = look("layer=2")
    grid = page.locator("canvas.grid")
    grid.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    opened = page.locator('.anatomy:not([data-channel=""])')
    opened.wait_for()
    expect(page.locator("canvas.map")).to_be_focused()
    following = page.get_by_role("button", name="Next channel")
    following.focus()
    first = int(opened.get_attribute("data-channel") or "")
    for channel in (first + 1, first + 2):
        page.keyboard.press("Enter")
        page.locator(f'.anatomy[data-channel="{channel}"]').wait_for()
        expect(following).to_be_focused()
    page.get_by_role("button", name="All channels").press("Enter")
    page.locator('.anatomy[data-channel=""]').wait_for()
    expect(grid).to_be_focused()
    each = page.get_by_role("button", name="One each")
    each.press("Enter")
    page.wait_for_url(re.compile("scale=each"))
    page.wait_for_selector(SETTLED)
    expect(each).to_be_focused()


def test_quick_presses_on_the_next_channel_count_on_from_each_other(look):
    page = look("layer=2&channel=3")
    wait_for_layer(page, 2, "3")
    following = page.get_by_role("button", name="Next channel")
    for _ in range(6):
        following.click()
    wait_for_layer(page, 2, "9")
    page.get_by_role("button", name="Previous channel").click()
    wait_for_layer(page, 2, "8")


def test_the_map_of_photos_shows_and_opens_them(look, run):
    page = look("view=map")
    points = page.locator(".photo-map[data-near]")
    points.wait_for(timeout=60_000)
    assert (run.path / "explain" / f"map-epoch-{EPOCHS:04d}.safetensors").exists()
    near = points.get_attribute("data-near")
    page.locator("canvas.points").focus()
    moved = [near]
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        moved.append(points.get_attribute("data-near"))
    assert len(set(moved)) > 1
    opened = moved[-1]
    page.keyboard.press("Enter")
    page.locator(f'.anatomy[data-shown$=" {opened}"]').wait_for()


def test_a_click_beside_all_photos_of_the_map_opens_none_and_a_finger_sees_one_first(look):
    page = look("view=map")
    points = page.locator(".photo-map[data-near]")
    points.wait_for(timeout=60_000)
    canvas = page.locator("canvas.points")
    box = canvas.bounding_box()
    before = points.get_attribute("data-near")
    places = {before: (0.0, 0.0)}  # where a pointer first comes to each of some photos
    for step in range(2, 18):
        x, y = box["width"] * step / 20, box["height"] * step / 20
        canvas.hover(position={"x": x, "y": y})
        places.setdefault(points.get_attribute("data-near"), (x, y))
    _, (first, (x, y)), *_, (last, _) = places.items()
    assert first != points.get_attribute("data-near") == last
    canvas.click(position={"x": 2, "y": 2})  # no photo can lie in a corner
    canvas.tap(position={"x": x, "y": y})
    page.locator(".photo-map .about").get_by_text("Tap it again").wait_for()
    assert points.get_attribute("data-near") == first
    assert page.get_by_role("radio", name="Map of photos").is_checked()
    canvas.tap(position={"x": x, "y": y})
    page.locator(f'.anatomy[data-shown$=" {first}"]').wait_for()


def test_a_dropped_photo_is_looked_at_and_lies_among_the_others(look):
    page = look()
    page.get_by_test_id("stPopover").last.get_by_role("button").click()
    page.get_by_role("radio", name="My photos").click()
    pixels = draw_pet("cat", 150, seed=5, index=1)
    content = cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": content}
    )
    page.locator('.anatomy[data-shown*=" dropped:"]').wait_for()
    assert identity(page).endswith("mine.png")
    page.get_by_role("radio", name="Map of photos").click()
    points = page.locator('.photo-map[data-near^="dropped:"]')
    points.wait_for(timeout=60_000)
    assert "not a test photo" in page.locator(".photo-map .about").inner_text()


def test_the_address_says_what_is_looked_at_and_one_step_leads_back(open_page):
    page = open_page("/")
    page.get_by_role("link", name="Feature maps", exact=True).click()
    page.locator(".anatomy").first.wait_for(timeout=60_000)
    page.wait_for_url(re.compile("/feature_maps[?]run=[^&]+(&epoch=[0-9]+)?$"))
    page.wait_for_selector(SETTLED)
    address = page.url
    page.go_back()
    page.get_by_role("heading", name="What does the network say about my photo?").wait_for()
    page.wait_for_selector(SETTLED)
    assert urlsplit(page.url).query == ""
    page.get_by_role("link", name="Feature maps", exact=True).click()
    page.wait_for_url(address)


def test_a_photo_of_the_start_page_is_among_mine(open_page):
    page = open_page("/")
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
        [
            {"name": "rex.png", "mimeType": "image/png", "buffer": png("dog")},
            {"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture"},
        ]
    )
    page.locator(".answer .name", has_text="rex.png").wait_for(timeout=60_000)
    page.locator(".answer .name", has_text="broken.png").wait_for()
    page.get_by_role("link", name="Feature maps", exact=True).click()
    page.locator(".anatomy").first.wait_for(timeout=60_000)
    page.get_by_test_id("stPopover").last.get_by_role("button").click()
    page.get_by_role("radio", name="My photos").click()
    page.get_by_role("button", name="rex.png").click()
    page.locator('.anatomy[data-shown*=" dropped:"]').wait_for()
    assert identity(page).endswith("rex.png")


def test_a_mistake_opens_with_its_explanation(look, run):
    page = look("view=mistakes&epoch=1")
    page.get_by_text("mistakes after epoch 1").wait_for()
    wrong = page.get_by_role("button", name=re.compile("taken for a"))
    wrong.first.wait_for()
    name = wrong.first.get_attribute("aria-label") or wrong.first.locator("img").get_attribute(
        "alt"
    )
    for curve in ("ROC", "Precision and recall", "Calibration"):
        page.get_by_role("radio", name=curve).click()
        page.wait_for_selector(SETTLED)
        plot = page.locator(".js-plotly-plot", has=page.locator(".gtitle", has_text=curve))
        plot.locator(".scatterlayer .trace path.js-line").first.wait_for()
        names = plot.locator(".legendtext").all_text_contents()
        assert any(name.startswith("this run") for name in names)
    wrong.first.click()
    page.locator(".evidence[data-shown]").wait_for()
    caption = page.locator(".evidence figcaption").first.inner_text()
    assert name.split(",")[0] in caption and "but it is a" in caption


def test_what_turns_a_channel_on_is_searched_in_the_background_and_kept(look, run):
    page = look("layer=2&channel=4")
    page.get_by_role("button", name="Search the training photos").click()
    page.get_by_text(re.compile("strongest of 48 training photos|silent for all 48")).wait_for(
        timeout=60_000
    )
    assert (run.path / "explain" / f"tops-epoch-{EPOCHS:04d}.safetensors").exists()
    page.reload()
    page.get_by_text(re.compile("strongest of 48|silent for all 48")).wait_for()


def test_the_disk_budget_is_seen_and_set(look, run):
    page = look()
    page.get_by_role("button", name=re.compile("of 512 MB")).click()
    field = page.get_by_label("At most, in MB")
    field.fill("100")
    field.press("Enter")
    page.get_by_role("button", name="Set", exact=True).click()
    page.get_by_role("button", name=re.compile("of 100 MB")).wait_for()
    assert run.checkpoints.budget == 100 * 2**20
