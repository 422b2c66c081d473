"""Recipes and variations on the form in a real Chromium: their minutes, their examples."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.config import RECIPES, USUAL
from core.runs.listing import list_runs
from core.variations import Variation
from tests.app_server import SETTLED, running_server, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start an app that measures how long trainings take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_MEASURE", "1")
        with running_server(tmp_path_factory.mktemp("server")) as started:
            yield started
    assert not started.tracebacks()


def fill(page: Page, label: str, value: str) -> None:
    page.wait_for_selector(SETTLED)
    box = page.get_by_label(label, exact=True)
    expect(box).to_have_count(1)
    box.fill(value)
    box.press("Enter")
    page.wait_for_selector(SETTLED)


def choose_small(page: Page) -> None:
    """Choose what trains and is measured at once."""
    page.get_by_text("Some of the training pictures").wait_for()
    for label, value in (("Pixels a side", "64"), ("Pictures per class", "8"), ("Epochs", "1")):
        fill(page, label, value)


def sources(gallery: Locator) -> list[str]:
    """Return the pictures that a gallery shows."""
    return [str(each.get_attribute("src")) for each in gallery.locator("img").all()]


def open_variations(page: Page) -> None:
    page.get_by_text("How the pictures are varied").click()
    page.get_by_text("All that are on, together").wait_for()
    page.wait_for_selector(SETTLED)
    wait_for(lambda: len(sources(page.locator(".gallery").last)) == 6, "three pairs")


def test_the_time_here_is_said_beside_the_start_and_moves_nothing(open_page):
    page = open_page("/train?run=new")
    choose_small(page)
    below = page.get_by_text("Change the network"), page.get_by_role("button", name="Start")
    before = [each.first.bounding_box() for each in below]
    page.get_by_text(
        re.compile(r"^About \d+ (seconds|minutes?) on this machine for 16 photos\.$")
    ).wait_for(timeout=180_000)
    assert [each.first.bounding_box() for each in below] == before
    times = page.locator(".times dd")
    expect(times).to_have_count(len(RECIPES))
    wait_for(
        lambda: all(
            re.fullmatch(r"\d+ (second|minute|hour)s?", text) for text in times.all_inner_texts()
        ),
        "every recipe has its time",
        240,
    )
    assert [each.first.bounding_box() for each in below] == before
    # Known once is known for good.
    page.reload()
    page.get_by_text("Some of the training pictures").wait_for()
    wait_for(lambda: "measuring" not in "".join(times.all_inner_texts()), "it is remembered")


COUNT_GAPS = """() => {
    window.gaps = 0;
    const look = () => {
        window.gaps += !document.body.innerText.includes("a side this network has");
    };
    const all = {childList: true, subtree: true, characterData: true};
    new MutationObserver(look).observe(document.body, all);
}"""


def test_what_the_network_comes_to_stays_while_a_number_is_changed(open_page):
    page = open_page("/train?run=new")
    page.get_by_text("a side this network has").wait_for()
    page.evaluate(COUNT_GAPS)
    for side in (64, 80, 96, 112, 144, 160, 176, 192):
        fill(page, "Pixels a side", str(side))
        page.get_by_text(f"At {side} pixels a side this network has").wait_for()
    assert page.evaluate("window.gaps") == 0


def test_each_switch_changes_what_is_shown_and_what_start_begins(open_page, server):
    page = open_page("/train?run=new")
    choose_small(page)
    open_variations(page)
    galleries = page.locator(".gallery")
    last = galleries.last
    chosen = set(RECIPES[USUAL].variations)
    alone = [sources(galleries.nth(place)) for place in range(-9, -1)]
    for variation in Variation:
        before = sources(last)
        page.get_by_text(variation.heading, exact=True).click()
        chosen ^= {variation}
        page.wait_for_selector(SETTLED)
        said = "Varied: " if chosen else "The pictures are not varied."
        page.get_by_text(said).first.wait_for()
        if variation not in (Variation.MIRROR, Variation.GREY, Variation.ERASE, Variation.MIX):
            wait_for(lambda: sources(last) != before, f"{variation} changes the examples")  # noqa: B023
    assert [sources(galleries.nth(place)) for place in range(-9, -1)] == alone
    page.get_by_role("button", name="Show others").click()
    wait_for(
        lambda: [sources(galleries.nth(place)) for place in range(-9, -1)] != alone, "other draws"
    )
    assert re.search(r"\d+ % (cat|dog)", galleries.nth(-2).inner_text())  # mixed: shares of both
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile(r"run=(?!new)"))
    run = list_runs(server.runs)[0]
    assert set(run.config.variations) == chosen
    wait_for(lambda: run.status().state == "finished", "it is trained", 120)
    page.get_by_text(re.compile("In (float32|bfloat16)")).first.wait_for()
    page.get_by_role("button", name="New training").click()
    page.get_by_text("Taken over from run").wait_for()
    open_variations(page)
    for variation in Variation:
        switch = page.get_by_role("switch", name=variation.heading, exact=True)
        expect(switch).to_be_checked(checked=variation in chosen)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut_off(phone, scheme):
    page = phone("/train?run=new", scheme)
    page.get_by_text("Some of the training pictures").wait_for()
    open_variations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for shown in (page.locator(".times"), page.locator(".gallery").last):
        box = shown.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    for each in page.locator(".times :is(dt, dd)").all():
        assert each.evaluate("each => each.scrollWidth <= each.clientWidth + 1"), each.inner_text()
