"""The look through the photos of a source in a real Chromium: the fold, its switches, a run."""

import re
import shutil
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.data.change_list import ChangeList
from core.data.drawn import draw_pet
from core.runs.listing import list_runs
from tests.app_server import SETTLED, wait_for
from tests.test_no_location import WORD, photo

pytestmark = pytest.mark.browser

AGAIN = "cats/again.jpg"


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """Draw pets, and save one cat twice, with a place in its file."""
    root = tmp_path_factory.mktemp("photos") / "my-pets"
    for kind in ("cat", "dog"):
        (root / f"{kind}s").mkdir(parents=True)
        for number in range(9):
            picture = Image.fromarray(draw_pet(kind, 96, 3, number))
            picture.save(root / f"{kind}s" / f"{number}.png")
    (root / AGAIN).write_bytes(photo("cat", 99, "jpg"))
    shutil.copy(root / AGAIN, root / "cats" / "once.jpg")
    return root


def look(page: Page, source: Path) -> None:
    """Type the folder, open the fold and let the photos be compared."""
    page.get_by_text("A folder of photos").click()
    box = page.get_by_placeholder("/home/me/cat-and-dog")
    box.fill(str(source))
    box.press("Enter")
    page.get_by_text("Look through these photos").click()
    # An earlier test may have compared them already.
    page.get_by_role("button", name=re.compile("Compare the photos|Look again")).click()
    page.get_by_text("1 photo shows what another one").wait_for(timeout=120_000)
    page.wait_for_selector(SETTLED)
    expect(page.get_by_role("button", name="Look again")).to_be_focused()


def test_a_photo_is_left_out_trained_without_and_taken_back(open_page, server, source, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_RUNS", str(server.runs))
    before = {path: path.stat().st_mtime_ns for path in source.rglob("*")}
    page = open_page("/train?run=new")
    look(page, source)
    page.get_by_text("The same file, twice").wait_for()
    fold = page.locator(".st-key-review")
    pictures = fold.locator("img")
    expect(pictures).to_have_count(2)
    for number in range(2):
        shown = page.request.get(pictures.nth(number).evaluate("image => image.src")).body()
        assert WORD.encode() not in shown and b"GPS" not in shown and len(shown) > 200

    switch = fold.get_by_role("radiogroup").filter(has_text="leave out").first
    switch.get_by_role("radio", name="leave out").click()
    page.get_by_text("By the list of what was changed: 1 photo left out.").wait_for()
    expect(pictures).to_have_count(2)  # the fold stays open
    (changed,) = ChangeList(str(source)).read().left_out
    assert changed in (AGAIN, "cats/once.jpg")

    for label, value in (("Epochs", "1"), ("Pictures per class", "8")):
        number_box = page.get_by_label(label, exact=True)
        number_box.fill(value)
        number_box.press("Enter")
        page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile(r"/train\?run=(?!new)[^&]+$"))
    page.get_by_text("1 photo left out.").first.wait_for()
    (run,) = list_runs(server.runs)
    assert run.config.left_out == (changed,)
    wait_for(lambda: run.status().state == "finished", "it is trained", 180)

    page.get_by_role("button", name="New training").click()
    page.get_by_text("By the list of what was changed: 1 photo left out.").wait_for()
    page.wait_for_selector(SETTLED)
    if not page.get_by_text("What you changed").is_visible():
        page.get_by_text("Look through these photos").click()
    page.get_by_text("What you changed").click()
    page.get_by_role("button", name="Take everything back").click()
    page.get_by_text("Nothing is changed").wait_for()
    assert not ChangeList(str(source)).read()
    assert {path: path.stat().st_mtime_ns for path in source.rglob("*")} == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(phone, source, scheme):
    page = phone("/train?run=new", scheme)
    page.wait_for_selector(SETTLED)
    look(page, source)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for image in page.locator(".st-key-review img").all():
        box = image.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
