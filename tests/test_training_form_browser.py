"""The form for a new training in a real Chromium: a network of one's own, shared by its address."""

import re

import pytest
from playwright.sync_api import expect

from core.runs.listing import list_runs
from tests.app_server import SETTLED, wait_for

pytestmark = pytest.mark.browser

SMALL = "conv 8 kernel 3\nrelu\nmaxpool 4\nflatten\nlinear 1\nsigmoid"
ADDRESS = "network=conv+8+kernel+3;relu;maxpool+4;flatten;linear+1;sigmoid"


def shows_small(page) -> None:
    """Wait until a page's form holds the small network, made from lenet."""
    page.get_by_text("Own network, from lenet").wait_for()
    text = page.get_by_label("The same as a text")
    wait_for(lambda: text.input_value().strip() == SMALL, "the network is in the editor")
    expect(page.get_by_label("Pixels a side", exact=True)).to_have_value("48")


def place_of_the_fold(page) -> float:
    """Return how far below the page's heading the network's fold stands, however it is scrolled."""
    heading = page.get_by_role("heading", level=1).bounding_box()
    return page.get_by_text("Change the network").bounding_box()["y"] - heading["y"]


def test_an_own_network_is_kept_shared_trained_and_taken_along(open_page, browser, server):
    page = open_page("/train?run=new")
    page.get_by_role("radio", name="lenet").click()
    page.get_by_text("After LeNet-5").wait_for()
    page.get_by_text("Change the network").click()
    page.get_by_label("The same as a text").wait_for()
    size = page.get_by_label("Pixels a side", exact=True)
    size.fill("48")
    size.press("Enter")
    page.wait_for_url(re.compile("size=48"))
    entries = page.evaluate("history.length")
    place = place_of_the_fold(page)
    for text in (SMALL.replace("8", "4"), SMALL.replace("8", "6"), SMALL):
        page.get_by_label("The same as a text").fill(text)
        words = re.escape(text.replace("\n", ";").replace(" ", "+"))
        page.wait_for_url(re.compile(words))
    shows_small(page)
    assert page.url.endswith(f"/train?run=new&from=lenet&{ADDRESS}&size=48")
    assert page.evaluate("history.length") == entries
    assert place_of_the_fold(page) == pytest.approx(place)  # an edit moves nothing

    page.reload()
    shows_small(page)
    for name in ("About", "Train"):
        page.wait_for_selector(SETTLED)
        page.get_by_test_id("stSidebar").get_by_role("link", name=name).click(delay=100)
        page.get_by_role("heading", level=1, name=re.compile("words|learn")).wait_for()
    shows_small(page)
    other = browser.new_context(base_url=server.url)
    second = other.new_page()
    second.goto(page.url)
    shows_small(second)
    other.close()

    page.wait_for_selector(SETTLED)
    with page.expect_download() as download:
        page.get_by_role("button", name="PyTorch code").click()
    code = download.value.path().read_text()
    compile(code, "taken", "exec")
    assert "MaxPool2d(4)" in code
    for label, value in (("Epochs", "1"), ("Pictures per class", "8")):
        box = page.get_by_label(label, exact=True)
        box.fill(value)
        box.press("Enter")
        page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile(r"/train\?run=(?!new)[^&]+$"))
    wait_for(lambda: list_runs(server.runs)[0].status().state == "finished", "it is trained", 90)
    page.get_by_role("button", name="New training").click()
    page.get_by_text("Taken over from run").wait_for()
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("1")
    page.go_back()
    page.get_by_role("button", name="Train on").wait_for()


def test_a_forms_late_address_does_not_take_the_place_of_a_runs(open_page):
    page = open_page("/train?run=new")
    page.get_by_text("Some of the training pictures").wait_for()
    page.evaluate("history.replaceState(history.state, '', '/train?run=begun-meanwhile')")
    size = page.get_by_label("Pixels a side", exact=True)
    size.fill("48")
    size.press("Enter")
    page.get_by_text("At 48 pixels a side this network has").wait_for()
    page.wait_for_selector(SETTLED)
    assert page.evaluate("location.search") == "?run=begun-meanwhile"
    page.evaluate("history.replaceState(history.state, '', '/train?run=new')")
    size.fill("64")
    size.press("Enter")
    page.wait_for_url(re.compile("run=new.*size=64"))
