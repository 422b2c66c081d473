"""Fooling, drawing and distrusting in a real Chromium, by keyboard where a hand could do it."""

import re

import pytest
from playwright.sync_api import expect

from core.runs.run import Run
from tests.app_server import SETTLED, wait_for
from tests.feature_maps_page import SIZE, train
from tests.test_browser_classify import drop

pytestmark = pytest.mark.browser

PATIENCE = 120_000  # milliseconds: a machine that does much else besides computes slowly


@pytest.fixture
def open_patiently(open_page):
    """Open an address of the app, and wait long for what it computes."""

    def opened(address: str):
        page = open_page(address)
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        return page

    yield opened
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def run(server) -> Run:
    """A small network that has learnt a little."""
    sizes = ["--image-size", str(SIZE), "--train-per-class", "24", "--test-per-class", "8"]
    return train(server, "small", "--model", "compact", "--epochs", "2", *sizes)


def leaning(page, number: int) -> str:
    """Return the class that an answer's bar leans to."""
    bar = page.locator(".answer .probability-ends").nth(number)
    ends = re.findall(r"(\w+) ([\d.]+) %", bar.inner_text())
    return max(ends, key=lambda end: float(end[1]))[0]


def test_the_smallest_change_turns_the_answer_and_so_does_its_file(open_patiently):
    page = open_patiently("/")
    page.get_by_role("button", name="Drawn cat 1").click()
    page.locator(".answer .label").wait_for()
    page.get_by_text("Fool it:").click()
    view = page.locator('.fooling[data-turned="true"]')
    view.wait_for()
    assert view.get_attribute("data-named") == "dog"
    smallest = int(view.get_attribute("data-steps"))
    expect(
        page.get_by_text(re.compile(f"After {smallest} of 255 the answer is dog"))
    ).to_be_visible()
    file = page.get_by_text("Dropped on this page, this file is answered with dog")
    file.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the changed photo").click()
    assert download.value.suggested_filename == f"changed-by-{smallest}-of-255.png"
    content = download.value.path().read_bytes()

    slider = page.get_by_role("slider", name="Size of the step")
    slider.focus()
    page.keyboard.press("Home")
    page.locator('.fooling[data-steps="0"][data-turned="false"]').wait_for()
    expect(page.locator(".fooling")).to_contain_text("mid-grey: none")
    page.get_by_text("Dropped on this page, this file is answered with cat").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator('.fooling[data-steps="1"]').wait_for()
    expect(page.locator(".fooling")).to_contain_text("127 times as strong")
    page.get_by_role("button", name=f"Smallest that turns it: {smallest}").click()
    page.locator(f'.fooling[data-steps="{smallest}"][data-turned="true"]').wait_for()

    drop(page, {"changed.png": content})
    expect(page.locator(".answer .name")).to_have_text(["changed.png", "drawn cat 1"])
    assert leaning(page, 0) == "dog"
    assert leaning(page, 1) == "cat"


def test_both_classes_are_drawn_and_their_way_plays_by_keyboard(open_patiently):
    page = open_patiently("/")
    page.get_by_role("button", name="Drawn cat 1").click()
    page.locator(".answer .label").wait_for()
    page.get_by_text("Draw me what you call a cat").click()
    film = page.locator(".class-film[data-frame]")
    film.wait_for()
    last = int(film.get_attribute("data-frame"))
    assert last > 8
    expect(film.locator("figcaption")).to_have_text(["Towards cat", "Towards dog"])
    expect(film.locator(".answer")).to_have_text(
        [re.compile("^cat (9|100)"), re.compile("^dog (9|100)")]
    )
    end = film.locator("canvas").first.screenshot()
    slider = page.get_by_role("slider", name="Steps of the drawing")
    slider.focus()
    page.keyboard.press("Home")
    page.locator('.class-film[data-frame="0"]').wait_for()
    expect(film).to_contain_text("The grey picture it begins with")
    assert film.locator("canvas").first.screenshot() != end
    page.get_by_role("button", name="Next picture").press("Enter")
    page.locator('.class-film[data-frame="1"]').wait_for()
    page.get_by_role("combobox", name="Speed").select_option("fast")
    page.get_by_role("button", name="Play").press("Enter")
    page.locator(f'.class-film[data-frame="{last}"]').wait_for()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.get_by_text("What this teaches.")).to_be_visible()
    page.get_by_role("button", name="Begin with another grey").click()
    wait_for(
        lambda: film.locator("canvas").first.screenshot() != end,
        "another drawing",
        seconds=PATIENCE / 1000,
    )


def test_what_is_open_stays_open_for_another_model(open_patiently, run):
    page = open_patiently("/")
    page.get_by_role("button", name="Drawn cat 1").click()
    page.locator(".answer .label").wait_for()
    page.get_by_text("Draw me what you call a cat").click()
    page.locator(".class-film[data-frame]").wait_for()
    page.wait_for_selector(SETTLED)
    page.get_by_role("combobox", name="Who answers?").click()
    page.get_by_role("option", name=f"Run: {run.name}").click()
    page.wait_for_url(re.compile(f"model={run.id}"))
    page.wait_for_selector(SETTLED)
    page.locator(".class-film[data-frame]").wait_for()


def test_heat_maps_are_tried_on_test_photos_in_the_background_and_the_worst_says_so(
    open_patiently, run
):
    page = open_patiently(f"/feature_maps?run={run.id}&view=why")
    page.locator(".evidence[data-shown]").wait_for()
    page.get_by_text("Can this heat map be trusted?").click()
    page.get_by_text("under its deletion curve").wait_for()
    expect(page.locator(".stPlotlyChart, [data-testid=stPlotlyChart]")).to_have_count(2)
    page.get_by_role("button", name="Try all methods on a hundred test photos").click()
    page.get_by_text("does worst of the 4 methods on 16 test photos").first.wait_for()
    worst = page.get_by_text("does worst of the 4 methods").first.inner_text().split(" does")[0]
    page.wait_for_selector(SETTLED)
    names = ("Grad-CAM", "Occlusion", "Input gradient", "Integrated gradients")
    assert worst.split()[-1] in " ".join(names)
    for name in names:  # under its own map, each says what it is worth
        page.get_by_role("radio", name=name, exact=True).click()
        said = page.get_by_test_id("stCaptionContainer").filter(has_text="on 16 test photos")
        expect(said).to_contain_text(name)
        expect(said).to_contain_text(
            "does worst of the 4" if worst.endswith(name) else "has a figure of"
        )
