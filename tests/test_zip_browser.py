"""A zip dropped on the Train page in a real browser."""

import re

from core.folders import uploads_folder
from tests.test_browser_classify import drop
from tests.test_zip_form import PETS


def test_a_dropped_zip_is_shown_kept_and_still_there_after_a_refresh(open_page, server):
    page = open_page("/train?run=new")
    page.get_by_text("A zip of photos").click()
    page.get_by_text("Drop a zip with photos of two classes").wait_for()
    drop(page, {"pets.zip": PETS})
    page.get_by_text("pets.zip").first.wait_for()
    page.get_by_text("5 dog and 5 cat pictures to train on").wait_for()
    assert page.get_by_role("button", name="Start", exact=True).is_enabled()
    page.wait_for_url(re.compile("photos="))
    page.reload()
    page.get_by_text("5 dog and 5 cat pictures to train on").wait_for()
    page.get_by_text("A larger one that lies on the server's computer").wait_for()
    drop(page, {"bad.zip": b"no zip at all"})
    page.get_by_role("alert").get_by_text("bad.zip cannot be used: it is no zip").wait_for()
    page.get_by_text("is chosen").wait_for()
    kept = server.runs / uploads_folder().name
    assert [path.read_bytes() for path in kept.glob("*/pets.zip")] == [PETS]
    assert len(list(kept.iterdir())) == 1
