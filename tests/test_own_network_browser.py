"""A network of one's own in a real Chromium, from the first change to a link for a colleague."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.architecture.library import text_of
from core.runs.listing import list_runs
from core.runs.run import Run
from tests.app_server import SETTLED, wait_for

pytestmark = pytest.mark.browser

WITHOUT = text_of("article").replace("batchnorm\n", "")
SHAPES = "16 x 29 x 29", "16 x 29 x 29", "16 x 14 x 14", "32 x 10 x 10"


def fill(page: Page, label: str, value: str) -> None:
    """Type a number into the form."""
    page.wait_for_selector(SETTLED)
    box = page.get_by_label(label, exact=True)
    expect(box).to_have_count(1)  # another recipe's box is there until its place is drawn anew
    box.fill(value)
    box.press("Enter")
    page.wait_for_selector(SETTLED)


def train(page: Page, runs) -> Run:
    """Press Start and wait until the training has ended."""
    before = {run.id for run in list_runs(runs)}
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile(r"/train\?run=(?!new)[^&]+$"))
    (run,) = (run for run in list_runs(runs) if run.id not in before)
    wait_for(lambda: run.status().state == "finished", "it is trained", 120)
    page.get_by_role("button", name="Train on").wait_for()
    page.wait_for_selector(SETTLED)
    return run


def layers_of(open_page, run: Run, title: str) -> None:
    """See a run's network on Feature maps."""
    page = open_page(f"/feature_maps?run={run.id}")
    page.get_by_text(title).first.wait_for(timeout=60_000)


def test_batch_norms_out_and_in_again_compared_and_sent_to_a_colleague(open_page, browser, server):
    page = open_page("/train?run=new&network=article")
    page.get_by_text("Change the network").click()
    page.locator(".network-editor[data-drawn]").wait_for()
    page.wait_for_selector(SETTLED)
    blocks = page.locator(".network-editor .block")
    for _ in range(4):
        count = blocks.count()
        page.locator(".network-editor .block[aria-label*=batchnorm]").first.focus()
        page.keyboard.press("Delete")
        expect(blocks).to_have_count(count - 1, timeout=20_000)
    expect(page.get_by_label("The same as a text")).to_have_value(WITHOUT)
    for place, shape in enumerate(SHAPES):
        expect(blocks.nth(place)).to_have_accessible_name(re.compile(f"gives {shape}$"))
    page.get_by_text("Own network, from article").wait_for()

    fill(page, "Pictures per class", "100")
    fill(page, "Epochs", "3")
    link = page.url
    without = train(page, server.runs)
    assert without.config.model == WITHOUT
    page.get_by_text("batch norm after each convolution").first.wait_for()

    page.get_by_role("button", name="New training").click()
    page.get_by_text("Taken over from run").wait_for()
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("3")
    page.get_by_role("radio", name="article", exact=True).click()
    page.get_by_text("The article's own network").wait_for()
    fill(page, "Pictures per class", "100")
    fill(page, "Epochs", "3")
    again = train(page, server.runs)
    assert again.config == without.config.replace(model="article")
    expect(page.get_by_text("batch norm after each convolution")).to_have_count(0)

    page.get_by_role("radio", name="Compare runs").click()
    page.get_by_text("article without batchnorm").first.wait_for()
    layers_of(open_page, without, "conv 4")
    expect(page.get_by_text("batch norm 1")).to_have_count(0)
    layers_of(open_page, again, "batch norm 1")

    colleague = browser.new_context().new_page()
    colleague.goto(link)
    colleague.get_by_text("Own network, from article").wait_for()
    expect(colleague.get_by_label("The same as a text")).to_have_value(WITHOUT)
    colleague.context.close()
