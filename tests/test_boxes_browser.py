"""Photos dropped into two boxes on the Train page and trained on, in a real browser."""

import re

import pytest

from core.data.collection.conftest import photo
from core.folders import collections_folder
from core.runs.status import State
from tests.app_server import SETTLED, chromium_options, wait_for
from tests.test_browser_classify import drop
from tests.train_page import only_run

pytestmark = pytest.mark.browser


def some(kind: str, count: int, first: int = 0) -> dict[str, bytes]:
    return {f"{kind}{n}.png": photo(kind, n, 60) for n in range(first, first + count)}


def open_boxes(page, name: str) -> None:
    """Choose the source, and make two boxes."""
    page.get_by_text("Photos dropped here", exact=True).click()
    known, fresh = page.get_by_label("Which photos"), page.get_by_label("Name of your photos")
    known.or_(fresh).first.wait_for()
    if known.count():
        page.get_by_label("Which photos").click()
        page.get_by_text("New boxes ...").click()
    fresh.fill(name)
    page.get_by_role("button", name="Make two boxes").click()
    page.get_by_text("0 photos, 10 more needed").nth(1).wait_for()


def test_photos_dropped_into_both_boxes_are_kept_and_trained_on(open_page, server):
    page = open_page("/train?run=new")
    open_boxes(page, "Our pets")
    start = page.get_by_role("button", name="Start", exact=True)
    assert start.is_disabled()
    drop(page, some("cat", 10) | {"notes.txt": b"hello"}, zone=0)
    page.get_by_text("10 photos").first.wait_for()
    page.get_by_text("notes.txt was not added. This is not a picture").wait_for()
    page.get_by_text("10 of dog are missing").wait_for()
    drop(page, some("dog", 9) | {"same.png": photo("cat", 3, 60)}, zone=1)
    page.get_by_text("9 photos, 1 more needed").wait_for()
    page.get_by_text("The same picture is in the box cat already").wait_for()
    assert start.is_disabled()
    drop(page, some("dog", 1, first=9), zone=1)
    page.get_by_text("8 dog and 8 cat pictures to train on").wait_for()
    page.wait_for_url(re.compile("photos=photos"))
    page.reload()
    page.get_by_text("8 dog and 8 cat pictures to train on").wait_for()
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("1")
    epochs.press("Enter")
    page.wait_for_selector(SETTLED)
    start.click()
    page.wait_for_url(re.compile(r"run=(?!new)"))
    run = only_run(server)
    wait_for(lambda: run.status().state is State.FINISHED, "the run is trained", 120)
    assert run.config.data == str(server.runs / collections_folder().name / "Our pets")
    page.get_by_role("radio", name="What was found").click()
    page.get_by_text("From Our pets, dropped here").wait_for()


def test_a_photo_is_taken_out_by_a_click_and_all_are_deleted_when_asked_twice(open_page, server):
    page = open_page("/train?run=new")
    open_boxes(page, "Some pets")
    drop(page, some("cat", 2), zone=0)
    page.get_by_text("2 photos, 8 more needed").wait_for()
    picture = page.get_by_role("button", name="cat 1", exact=True)
    picture.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take 1 photo out").click()
    page.get_by_text("1 photo, 9 more needed").wait_for()
    folder = server.runs / collections_folder().name / "Some pets"
    assert len(list(folder.glob("cat/*.png"))) == 1
    page.get_by_role("button", name="Delete these photos").click()
    page.get_by_text("All 1 photos of Some pets are deleted").wait_for()
    page.get_by_text("No run uses them.").wait_for()
    assert folder.exists()
    page.get_by_role("button", name="Delete for good").click()
    wait_for(lambda: not folder.exists(), "they are gone")


def test_the_camera_fills_a_box(browser, server):
    camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    own = browser.browser_type.launch(**chromium_options(*camera))
    try:
        page = own.new_page(base_url=server.url, viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto("/train?run=new")
        page.wait_for_selector(SETTLED)
        open_boxes(page, "Camera")
        page.get_by_text("Use the camera").nth(1).click()
        for wanted in (1, 2):
            wait_for(lambda: shot(page, server, wanted), f"{wanted} shots are kept", 60)  # noqa: B023
        page.get_by_text("2 photos, 8 more needed").wait_for()
    finally:
        own.close()


def shot(page, server, wanted: int) -> bool:
    """Press the camera's button unless so many shots are kept.

    Again where nothing came of it: the camera shows its picture before it can be taken.
    """
    if (
        len(list(server.runs.glob(f"{collections_folder().name}/Camera/dog/camera shot-*")))
        >= wanted
    ):
        return True
    button = page.get_by_role("button", name="Take Photo")
    if page.locator(SETTLED).count() and button.is_visible():
        button.click()
    return False
