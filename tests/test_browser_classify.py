"""The start page in a real Chromium: drop a photo, read the answer."""

import base64
import re

import cv2
import numpy as np
import pytest

from core.data.drawn import draw_pet

pytestmark = pytest.mark.browser

CAT, DOG = 1, 0


def png(label: int, number: int) -> bytes:
    pixels = draw_pet(("dog", "cat")[label], 200, seed=77, index=number)
    return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()


def drop(page, files: dict[str, bytes]) -> None:
    """Send the drop zone what a browser sends when files are dragged onto it."""
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
    zone = page.get_by_test_id("stFileUploaderDropzone").first
    for event in ("dragenter", "dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": transfer})


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


def test_a_drawn_pet_is_clicked_and_known_by_keyboard_too(open_page):
    page = open_page("/")
    page.get_by_role("button", name="Drawn cat 1").click()
    label = page.locator(".answer .label")
    label.wait_for()
    assert label.inner_text() == "cat"
    page.get_by_role("button", name="Drawn dog 2").focus()
    page.keyboard.press("Enter")
    page.locator(".answer .name", has_text="drawn dog 2").wait_for()
    assert label.inner_text() == "dog"


def test_a_strict_threshold_says_not_sure(open_page):
    page = open_page("/")
    # Pure noise is neither, whatever the network says of it.
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    drop(page, {"noise.png": cv2.imencode(".png", noise)[1].tobytes()})
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


def test_the_page_fits_a_phone(open_page, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page("/")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
