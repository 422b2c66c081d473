"""The conv lab in a real Chromium: what the pointer reads is what the engines computed."""

import re

import pytest
from playwright.sync_api import expect

from core.comparison.rounding import differences
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import Experiment
from core.conv_lab.sabotage import MISTAKES
from tests.app_server import SETTLED, wait_for
from tests.conv_lab_page import (
    DEPTHWISE,
    GROUPED,
    PANELS,
    PLAIN,
    address,
    cell_middle,
    lab,
    point_at,
    read,
    text,
)
from tests.conv_lab_sums import (
    bias_gradient_products,
    input_gradient_products,
    output_products,
    weight_gradient_products,
)

pytestmark = pytest.mark.browser

TERMS = {
    "y": output_products,
    "dx": input_gradient_products,
    "dw": weight_gradient_products,
    "db": bias_gradient_products,
}
RESULTS = {"y": "y", "dx": "dx", "dw": "dweight", "db": "dbias"}
CELLS: dict[str, tuple[Experiment, dict[str, list[tuple[int, ...]]]]] = {
    "plain": (PLAIN, {"y": [(0, 0, 0), (0, 4, 7)], "dx": [(0, 0, 0)], "dw": [(0, 0, 2, 1)]}),
    "grouped": (
        GROUPED,
        {
            "y": [(0, 0, 0), (5, 3, 10)],
            "dx": [(3, 8, 7), (0, 4, 3)],
            "dw": [(4, 1, 2, 1), (0, 0, 0, 0)],
            "db": [(5,)],
        },
    ),
    "depthwise": (DEPTHWISE, {"y": [(2, 5, 0)], "dx": [(1, 3, 3)], "dw": [(2, 0, 0, 2)]}),
}


@pytest.mark.parametrize("name", CELLS)
def test_the_pointer_reads_the_engines_numbers(open_page, name):
    experiment, cells = CELLS[name]
    page = open_page(address(experiment))
    lab(page)
    result = carry_out(experiment)
    for mode, places in cells.items():
        for at in places:
            point_at(page, experiment, mode, at)
            index = ", ".join(map(str, at))
            assert text(page, "place").endswith(f"[{index}]"), (mode, at)
            comparison = result.comparisons[RESULTS[mode]]
            assert read(page, "numpy") == pytest.approx(float(comparison.numpy[at]), rel=1e-8)
            assert read(page, "torch") == pytest.approx(float(comparison.torch[at]), rel=1e-8)
            apart = float(differences(comparison.numpy, comparison.torch)[at])
            assert read(page, "difference") == pytest.approx(apart, rel=0.06)
            assert "✓" in text(page, "verdict")
            terms = TERMS[mode](experiment, result.arrays, at)
            shown = page.locator(".sum [data-term]")
            assert shown.count() == len(terms)
            assert page.locator(".sum .padding").count() == sum(t.padding for t in terms)
            total = page.locator(".sum .total").inner_text().split("=")[0]
            expected = float(comparison.torch[at])
            assert float(total.replace("−", "-")) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_following_the_pointer_asks_the_server_nothing(open_page, page):
    sent = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda frame: sent.append(frame)))
    open_page(address(GROUPED))
    lab(page)
    for mode in ("y", "dx"):
        page.locator(f'[data-mode="{mode}"]').click()
        if mode != "y":
            page.wait_for_url(re.compile(f"view={mode}"))  # a click is told, for the address
        page.wait_for_selector(SETTLED)
        page.wait_for_load_state("networkidle")
        sent.clear()
        for step in range(10):
            page.locator(f'[data-panel="{PANELS[mode]}"] canvas').hover(
                position={"x": 60 + 5 * step, "y": 70}
            )
        assert sent == []


def test_keyboard_pins_and_moves(open_page):
    page = open_page(address(PLAIN))
    lab(page)
    canvas = page.locator('[data-panel="y"] canvas')
    canvas.focus()
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    assert text(page, "place") == "y[0, 0, 0]"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert text(page, "place") == "y[0, 2, 1]"
    page.keyboard.press("Enter")
    assert text(page, "pin").startswith("Pinned")
    canvas.hover(position=cell_middle(page, "y", (8, 8), (6, 6)))
    assert text(page, "place") == "y[0, 2, 1]"  # the pointer moves nothing now
    page.keyboard.press("Escape")
    canvas.hover(position=cell_middle(page, "y", (8, 8), (5, 6)))
    assert text(page, "place") == "y[0, 5, 6]"
    assert text(page, "pin") == ""


def test_a_finger_chooses_and_playing_walks(open_page):
    page = open_page(address(PLAIN))
    lab(page)
    canvas = page.locator('[data-panel="y"] canvas')
    canvas.tap(position=cell_middle(page, "y", (8, 8), (7, 2)))
    assert text(page, "place") == "y[0, 7, 2]"
    page.get_by_role("button", name="One step on").click()
    assert text(page, "place") == "y[0, 7, 3]"
    page.get_by_role("slider", name="Steps a second").fill("30")
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for(lambda: text(page, "place") == "y[0, 0, 1]", "the window walks on from the last row")
    page.get_by_role("button", name="Pause", exact=True).click()
    stopped = text(page, "place")
    page.get_by_role("button", name="One step back").click()
    assert text(page, "place") != stopped


def test_clicking_a_picture_goes_backward(open_page):
    page = open_page(address(PLAIN))
    lab(page)
    page.locator('[data-mode="dx"]').click()
    page.locator('[data-panel="w"] canvas').click(position={"x": 5, "y": 5})
    assert text(page, "place") == "dW[0, 0, 0, 0]"
    page.locator('[data-panel="b"] canvas').click(position={"x": 5, "y": 5})
    assert text(page, "place") == "db[0]"
    assert page.locator(".sum [data-term]").count() == 64


def test_the_address_holds_the_experiment(open_page, page):
    open_page(address(GROUPED))
    lab(page)
    before = page.url
    slider = page.get_by_role("slider", name="Channels in")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("channels=6"))
    page.wait_for_selector(SETTLED)
    point_at(page, GROUPED.with_changes(channels=6), "y", (4, 1, 2))
    page.wait_for_url(re.compile("out=4$"))
    value, url = text(page, "numpy"), page.url
    changed = carry_out(GROUPED.with_changes(channels=6))
    assert read(page, "numpy") == pytest.approx(
        float(changed.comparisons["y"].numpy[4, 1, 2]), rel=1e-7
    )
    other = page.context.new_page()
    other.goto(url)
    lab(other)
    point_at(other, GROUPED.with_changes(channels=6), "y", (4, 1, 2))
    assert text(other, "numpy") == value and other.url == url
    while page.url != before:
        page.go_back()
    page.wait_for_selector(SETTLED)
    wait_for(lambda: slider.input_value() == "4", "Back restores the channels")
    assert page.url == before


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_planted_mistake_is_visible(open_page, mistake):
    page = open_page(address(PLAIN.with_changes(mistake=mistake, bias=mistake != "bias")))
    lab(page)
    page.get_by_text("No difference at these settings.").wait_for()
    assert page.locator(".modes small.wrong").count() == 0
    page.get_by_role("button", name="Show where it breaks").click()
    page.get_by_text("Wrong now:").wait_for()
    wait_for(lambda: page.locator(".modes small.wrong").count() > 0, "the mode is marked wrong")
    _see_it_at_the_place_jumped_to(page)
    wrong = page.locator(".modes button:has(small.wrong)").first
    assert "✗" in wrong.inner_text()
    strips = page.locator('.strip [data-within="false"]')
    wait_for(lambda: strips.count() == page.locator(".modes small.wrong").count(), "strips agree")


def test_an_address_with_a_mistake_opens_where_it_is_wrong(open_page):
    wide = PLAIN.with_changes(channels=4, out_channels=4, groups=2, mistake="groups")
    page = open_page(address(wide))
    lab(page)
    _see_it_at_the_place_jumped_to(page)


def _see_it_at_the_place_jumped_to(page):
    """Both sums, which differ, with the terms that differ marked, in a panel with wrong cells."""
    assert text(page, "pin").startswith("Pinned")
    assert "✗" in text(page, "verdict") and text(page, "numpy") != text(page, "torch")
    right, mistaken = page.locator(".right-sum"), page.locator(".mistaken-sum")
    expect(mistaken).to_be_visible()
    totals = [box.locator(".total").inner_text() for box in (right, mistaken)]
    assert totals[0] != totals[1]
    assert right.locator(".differs").count() + mistaken.locator(".differs").count() > 0
    assert page.locator("section.result > h4 .wrong").is_visible()
    page.wait_for_url(re.compile("cell="))


def test_a_term_and_its_two_cells_light_together(open_page):
    page = open_page(address(PLAIN, cell="2.3"))
    lab(page)
    assert text(page, "place") == "y[0, 2, 3]" and text(page, "pin").startswith("Pinned")
    lit, hint = page.locator(".sum .lit"), page.locator(".hint")
    page.locator(".sum [data-term]").nth(5).hover()
    expect(lit).to_have_count(1)
    expect(hint).to_have_text(re.compile(r"^x\[0, 2, 4\] = .*, times w\[0, 0, 1, 2\] = .*"))
    page.locator('[data-panel="w"] canvas').hover(position=cell_middle(page, "w", (3, 3), (0, 1)))
    expect(page.locator(".sum [data-term]").nth(1)).to_have_class(re.compile("lit"))
    page.locator(".sum").focus()
    page.keyboard.press("End")
    expect(page.locator(".sum [data-term]").nth(8)).to_have_class(re.compile("lit"))
    page.locator(".sum [data-term]").nth(3).tap()
    expect(hint).to_have_text(re.compile(r"^x\[0, 2, 2\]"))
    numbers = page.locator('[data-panel="x"] .ruler.columns span')
    assert numbers.all_inner_texts() == [str(k) for k in range(8)]


def test_a_long_sum_starts_at_the_start_and_says_that_it_goes_on(open_page):
    page = open_page(address(PLAIN.with_changes(height=16, width=16), view="dw", cell="1.1"))
    lab(page)
    more = page.locator(".right-sum .goes-on")
    expect(more).to_have_text(re.compile("256 terms, the sum goes on"))

    def at_its_end() -> bool:  # the sum may still grow, for instance by a font that comes late
        page.locator(".sum").evaluate("(box) => { box.scrollTop = box.scrollHeight }")
        return more.is_hidden()

    wait_for(at_its_end, "the sum's end is reached")
    page.get_by_role("button", name="One step on").click()
    expect(more).to_be_visible()
    assert page.locator(".sum").evaluate("(box) => box.scrollTop") == 0


def test_a_single_upstream_one_goes_where_it_is_clicked(open_page):
    page = open_page(address(PLAIN.with_changes(upstream="one")))
    lab(page)
    page.locator('[data-mode="dx"]').click()
    canvas = page.locator('[data-panel="y"] canvas')
    canvas.click(position=cell_middle(page, "y", (8, 8), (2, 5)))
    page.wait_for_url(re.compile(r"chosen=0\.2\.5"))


def test_times_and_code(open_page):
    page = open_page(address(PLAIN))
    lab(page)
    page.get_by_role("button", name="Measure").click()
    page.get_by_role("cell", name="The article's loops").wait_for()
    page.get_by_text("pytest", exact=True).click()
    page.get_by_text("def test_numpy_agrees_with_torch").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_phone_shows_everything_in_one_column(phone, scheme):
    page = phone(address(GROUPED), scheme)
    page.wait_for_selector(SETTLED)
    lab(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for panel in ("x", "w", "y"):
        box = page.locator(f'[data-panel="{panel}"] canvas').bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.locator('[data-panel="y"] canvas').tap(position={"x": 9, "y": 9})
    assert text(page, "place") == "y[0, 0, 0]"


def test_the_main_result_is_on_screen_without_scrolling(open_page):
    page = open_page("/conv_lab")
    lab(page)
    box = page.locator(".sum")
    wait_for(
        lambda: sum((box.bounding_box() or {}).get(each, 900) for each in ("y", "height")) <= 800,
        "the sum is on screen",
    )
