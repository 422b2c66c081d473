"""What a newcomer does in the first hour, in a real Chromium, from what the pages say alone."""

import re

import pytest
from playwright.sync_api import expect

from core.config import recipe_for
from core.runs.run import Run
from core.runs.status import State
from tests.app_server import SETTLED, wait_for
from tests.feature_maps_page import train, wait_for_layer
from tests.test_browser_classify import CAT, DOG, drop, png
from tests.train_page import only_run, points, told

pytestmark = pytest.mark.browser


def press(page, name: str) -> None:
    """Press a button once nothing is on its way, when a click could be lost."""
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name=name, exact=True).click()


def test_three_photos_of_which_one_is_broken_then_why_and_the_head_covered(open_page):
    page = open_page("/")
    drop(page, {"tom.png": png(CAT, 1), "rex.png": png(DOG, 2), "torn.png": png(CAT, 3)[:900]})
    cards = page.locator(".answer")
    cards.nth(2).wait_for()
    torn = cards.filter(has_text="torn.png")
    assert "No answer." in torn.inner_text() and "%" not in torn.inner_text()
    assert cards.filter(has_text="tom.png").locator(".label").inner_text() == "cat"
    assert cards.filter(has_text="rex.png").locator(".label").inner_text() == "dog"

    page.get_by_text("Why it says so").first.click()
    page.get_by_role("radio", name="Cover and ask again").first.click()
    cover = page.locator(".cover[data-at]").first
    cover.wait_for()
    said = cover.get_attribute("data-probability")
    head = cover.locator("canvas.photo")
    box = head.bounding_box()
    head.click(position={"x": box["width"] / 2, "y": box["height"] / 3})
    for _ in range(4):
        page.keyboard.press("+")
    wait_for(lambda: cover.get_attribute("data-probability") != said, "another answer, covered")


def test_train_pause_change_the_rate_refresh_go_on_and_read_the_verdict(open_page, page, server):
    open_page("/train?run=new")
    page.get_by_text("Some of the training pictures").wait_for()
    page.get_by_role("radio", name="compact").click()
    page.get_by_text("Narrow 3 x 3 convolutions").wait_for()
    for label, value in (("Epochs", "400"), ("Pixels a side", "32"), ("Pictures per class", "40")):
        box = page.get_by_label(label, exact=True)
        expect(box).to_have_count(1)  # the box of the recipe before is gone
        box.fill(value)
        box.press("Enter")
        page.wait_for_selector(SETTLED)
    press(page, "Start")
    page.wait_for_url(re.compile(r"run=(?!new)"))
    wait_for(lambda: points(page, "Loss per epoch") > 2, "a few epochs")
    run = only_run(server)

    press(page, "Pause")
    wait_for(lambda: run.status().state == State.PAUSED, "the run pauses")
    rate = page.get_by_label("Learning rate", exact=True)
    rate.fill("0.0004")
    rate.press("Enter")
    wait_for(lambda: run.status().peak_learning_rate == 0.0004, "the rate has arrived")
    page.reload()
    page.wait_for_selector(SETTLED)
    expect(page.get_by_label("Learning rate", exact=True)).to_have_value(re.compile("0.0004"))
    press(page, "Continue")
    wait_for(lambda: run.status().state == State.TRAINING, "the run goes on")
    wait_for(
        lambda: (
            told(page, "Loss per batch", "marks")
            == f"rate {recipe_for('compact').learning_rate:g} → 0.0004"
        ),
        "the change is marked on the curve",
    )
    press(page, "Stop")
    wait_for(lambda: not run.status().active, "the run ends")
    page.locator(".st-key-verdict").wait_for()
    assert page.locator(".st-key-verdict").inner_text().strip().endswith(".")


@pytest.fixture(scope="module")
def run(server) -> Run:
    """A run that has learnt too little to be right often."""
    sizes = ["--image-size", "32", "--train-per-class", "8", "--test-per-class", "12"]
    return train(server, "small", "--model", "compact", "--epochs", "1", *sizes)


def test_from_the_train_page_to_the_worst_mistakes(open_page, run):
    page = open_page(f"/train?run={run.id}")
    sentence = page.get_by_text(re.compile(r"\d+ of \d+ are wrong")).inner_text()
    wrong = int(sentence.split(": ")[1].split(" of ")[0])
    page.get_by_role("link", name=re.compile("All mistakes")).click()
    page.wait_for_url(re.compile("/feature_maps.*view=mistakes"))
    mistakes = page.get_by_role("button", name=re.compile("taken for a"))
    mistakes.first.wait_for()
    assert mistakes.count() >= min(10, wrong)
    mistakes.first.click()
    page.locator(".evidence[data-shown]").wait_for()
    assert "but it is a" in page.locator(".evidence figcaption").first.inner_text()


def test_a_network_travels_by_its_address(open_page, browser, server, run):
    page = open_page(f"/feature_maps?run={run.id}")
    wait_for_layer(page, 2)
    page.locator(".layer:not(.head)").nth(3).click()
    wait_for_layer(page, 3)
    page.wait_for_url(re.compile("layer=3"))
    colleague = browser.new_context(base_url=server.url).new_page()
    colleague.goto(page.url)
    wait_for_layer(colleague, 3)
    assert colleague.locator(".anatomy").first.get_attribute("data-shown") == page.locator(
        ".anatomy"
    ).first.get_attribute("data-shown")
    colleague.context.close()
