"""The start page in a real Chromium: drop a photo, read the answer."""

import base64
import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from core.data.drawn import draw_pet
from core.networks.weight_files import SHIPPED, read_weight_record
from tests.app_server import wait_for

pytestmark = pytest.mark.browser

CAT, DOG = 1, 0
SIDE = read_weight_record(SHIPPED)["image_size"]  # pixels of a photo as the network gets it


def png(label: int, number: int) -> bytes:
    pixels = draw_pet(("dog", "cat")[label], 200, seed=77, index=number)
    return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()


def drop(page, files: dict[str, bytes], zone: int = 0) -> None:
    """Send a drop zone what a browser sends when files are dragged onto it."""
    content = {name: base64.b64encode(data).decode() for name, data in files.items()}
    transfer = page.evaluate_handle(
        """(content) => {
            const transfer = new DataTransfer();
            for (const [name, data] of Object.entries(content)) {
                const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
                transfer.items.add(new File([bytes], name));
            }
            return transfer;
        }""",
        content,
    )
    place = page.get_by_test_id("stFileUploaderDropzone").nth(zone)
    for event in ("dragenter", "dragover", "drop"):
        place.dispatch_event(event, {"dataTransfer": transfer})


def test_a_dropped_photo_is_answered(open_page):
    page = open_page("/")
    drop(page, {"tom.png": png(CAT, 1)})
    card = page.locator(".answer")
    card.first.wait_for()
    assert card.locator(".name").inner_text() == "tom.png"
    assert card.locator(".label").inner_text() in ("cat", "dog", "not sure")
    shares = [
        float(n) for n in re.findall(r"([\d.]+) %", card.locator(".probability-ends").inner_text())
    ]
    assert sum(shares) == pytest.approx(100, abs=0.2)
    assert card.locator("img").count() == 2


def test_bad_files_stand_beside_good_ones_with_a_sentence(open_page):
    page = open_page("/")
    drop(page, {"rex.png": png(DOG, 2), "notes.txt": b"hello", "<b>cut</b>.png": png(CAT, 3)[:900]})
    page.locator(".answer").nth(2).wait_for()
    assert page.locator(".answer .label").count() == 1
    problems = page.locator(".answer .problem")
    assert problems.count() == 2
    for text in problems.all_inner_texts():
        assert text.startswith("No answer. ") and text.endswith(".")
    assert page.locator(".answer .name").nth(2).inner_text() == "<b>cut</b>.png"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the table as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("rex.png,")


def names(page) -> list[str]:
    return page.locator(".answer .name").all_inner_texts()


def test_drawn_pets_are_taken_by_a_click_and_put_back_by_a_second_by_keyboard_too(open_page):
    page = open_page("/")
    cat = page.get_by_role("button", name="Drawn cat 1")
    cat.click()
    label = page.locator(".answer .label")
    label.wait_for()
    assert label.inner_text() == "cat"
    expect(cat).to_have_attribute("aria-pressed", "true")
    dog = page.get_by_role("button", name="Drawn dog 1")
    dog.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".answer .name")).to_have_text(["drawn dog 1", "drawn cat 1"])
    expect(label.first).to_have_text("dog")
    page.keyboard.press("Enter")  # the focus is still on it
    expect(page.locator(".answer .name")).to_have_text(["drawn cat 1"])
    expect(dog).to_have_attribute("aria-pressed", "false")


def test_many_photos_come_in_pages_newest_first_and_are_cleared_together(open_page):
    page = open_page("/")
    pictures = {f"pet {number:02}.png": png(number % 2, number) for number in range(14)}
    drop(page, pictures)
    expect(page.locator(".answer")).to_have_count(12, timeout=30_000)
    assert names(page) == list(pictures)[:12]
    page.get_by_text("Photos 1 to 12 of 14").wait_for()
    page.get_by_role("button", name="Page 2").click()
    expect(page.locator(".answer .name")).to_have_text(["pet 12.png", "pet 13.png"])
    page.get_by_text("Why it says so").last.click()
    page.locator(".evidence[data-shown]").wait_for()
    menu = page.get_by_test_id("stSidebar")
    menu.get_by_role("link", name="Train").click()  # and back: the same answers, the same why
    page.get_by_role("button", name="Start").wait_for()
    menu.get_by_role("link", name="Classify").click()
    expect(page.locator(".answer .name")).to_have_text(["pet 12.png", "pet 13.png"])
    page.locator(".evidence[data-shown]").wait_for()
    drop(page, {"new.png": png(CAT, 20)})
    page.get_by_text("Photos 1 to 12 of 15").wait_for()
    for place, name in enumerate(["new.png", "pet 00.png"]):
        expect(page.locator(".answer .name").nth(place)).to_have_text(name)
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator(".answer")).to_have_count(0)
    page.get_by_text("The answer appears here").wait_for()
    drop(page, {"tom.png": png(CAT, 1)})
    expect(page.locator(".answer .name")).to_have_text(["tom.png"])


def patch_of(cover) -> list[int]:
    """Return top, left, height and width of the patch that was answered last."""
    return [int(number) for number in cover.get_attribute("data-at").split(",")]


def drag(page, canvas, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag over a canvas from one place to another, in its own pixels."""
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=4)
    page.mouse.up()


def test_cover_and_ask_again(open_page):
    page = open_page("/")
    page.get_by_role("button", name="Drawn cat 1").click()
    page.get_by_text("Why it says so").click()
    page.locator(".evidence[data-shown]").wait_for()
    page.get_by_role("radio", name="Cover and ask again").click()
    cover, canvas = page.locator(".cover[data-at]"), page.locator(".cover canvas.photo")
    cover.wait_for()
    first, seen = patch_of(cover), page.locator(".cover canvas.seen").screenshot()
    scale = canvas.bounding_box()["width"] / SIDE

    def becomes(*expected: int) -> None:
        wait_for(lambda: patch_of(cover) == pytest.approx(expected, abs=1), f"{expected}", 10)

    canvas.hover(position={"x": 5, "y": 70})  # pointing at a place does nothing, leaving neither
    page.mouse.move(0, 0)
    assert patch_of(cover) == first
    height, width = first[2:]
    canvas.click(position={"x": 1, "y": 1})  # a click brings it there, as far as the edges let it
    becomes(0, 0, height, width)
    assert page.locator(".cover canvas.seen").screenshot() != seen
    inner = (round(width * scale / 2), round(height * scale / 2))
    drag(page, canvas, inner, (inner[0] + round(8 * scale), inner[1]))
    becomes(0, 8, height, width)
    corner = (round((8 + width) * scale), round(height * scale))
    drag(page, canvas, corner, (corner[0], corner[1] + round(16 * scale)))
    becomes(0, 8, height + 16, width)
    here = patch_of(cover)
    canvas.focus()
    page.keyboard.press("ArrowDown")
    wait_for(lambda: patch_of(cover)[0] > here[0], "an answer after an arrow key")
    page.keyboard.press("Shift+ArrowLeft")
    wait_for(lambda: patch_of(cover)[3] < width, "an answer after sizing it by keys")
    assert patch_of(cover)[2] == here[2]
    page.keyboard.press("+")
    wait_for(lambda: patch_of(cover)[2] > here[2], "an answer after making it larger")
    assert 0 <= float(cover.get_attribute("data-probability")) <= 1
    assert cover.locator(".said .answer").count() == 2  # with the patch and without


def test_a_strict_threshold_says_not_sure(open_page):
    page = open_page("/")
    drop(page, {"tom.png": png(CAT, 1)})
    page.locator(".answer").wait_for()
    ends = page.locator(".answer .probability-ends").inner_text()
    certainty = max(float(n) for n in re.findall(r"([\d.]+) %", ends))
    slider = page.get_by_role("slider", name=re.compile("not sure"))
    slider.focus()
    slider.press("End")
    expected = "not sure" if certainty < 99 else re.compile("cat|dog")
    page.locator(".answer .label", has_text=expected).wait_for()
    slider.press("Home")
    page.locator(".answer .label", has_text=re.compile("^(cat|dog)$")).wait_for()


def test_a_picture_of_neither_is_unlike_anything_it_learnt_however_the_slider_stands(open_page):
    page = open_page("/")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    drop(page, {"noise.png": cv2.imencode(".png", noise)[1].tobytes()})
    label = page.locator(".answer .label")
    expect(label).to_have_text("unlike anything it learnt")
    expect(page.locator(".answer .reason")).to_contain_text("nothing that it learnt from")
    page.get_by_role("slider", name=re.compile("not sure")).press("Home")
    page.get_by_text(re.compile("^Your choice")).wait_for()
    expect(label).to_have_text("unlike anything it learnt")


def test_on_a_phone_the_answer_is_on_the_screen_and_the_page_fits(open_page, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page("/")
    drop(page, {f"{name}.png": png(CAT, number) for number, name in enumerate("abcde")})
    expect(page.locator(".answer")).to_have_count(5)
    expect(page.locator(".answer img").first).to_be_in_viewport(ratio=0.7)
    page.get_by_role("button", name="Drawn dog 1").click()
    expect(page.locator(".answer .name").first).to_have_text("drawn dog 1")
    expect(page.locator(".answer img").first).to_be_in_viewport(ratio=0.7)
    settings = page.get_by_role("slider", name=re.compile("not sure")).bounding_box()
    assert settings["y"] > page.locator(".answer").last.bounding_box()["y"]
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
