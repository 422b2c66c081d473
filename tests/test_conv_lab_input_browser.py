"""What goes into the conv lab in a real Chromium: sliders, typed numbers, and nonsense."""

import re
from statistics import median

import pytest
from playwright.sync_api import expect

from tests.app_server import SETTLED, wait_for
from tests.conv_lab_page import LARGE, PLAIN, address, cell_middle, lab, read

pytestmark = pytest.mark.browser

UNTIL_DRAWN = """(lab) => new Promise((done) => {
  const look = () => {
    const drawn = Number(lab.dataset.drawn);
    if (drawn > window.pressed) done(drawn - window.pressed);
    else requestAnimationFrame(look);
  };
  look();
})"""


@pytest.mark.parametrize("pace", [0, 60, 100, 140])
def test_a_slider_moved_quickly_does_not_jump_back(open_page, page, pace):
    """What the browser sends while it moves still names the address before the last change."""
    open_page(address(PLAIN.with_changes(channels=4, out_channels=4)))
    lab(page)
    slider = page.get_by_role("slider", name="Groups")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight", delay=pace)
    page.wait_for_url(re.compile("groups=4"))
    page.get_by_text("depthwise · 40 parameters").wait_for()
    assert slider.input_value() == "4"


def test_edited_numbers_are_computed_with_and_kept(open_page, page):
    open_page(address(PLAIN))
    lab(page)
    page.get_by_role("button", name="Edit numbers").click()
    page.locator('[data-panel="x"] canvas').click(position=cell_middle(page, "x", (10, 10), (1, 1)))
    field = page.get_by_role("textbox", name="New value of x[0, 0, 0]")
    field.fill("2,5")
    field.press("Enter")
    field = page.get_by_role("textbox", name="New value of x[0, 0, 1]")
    field.fill("x")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"
    complaint = page.get_by_role("alert").filter(has_text="Row 0, column 1 of the input must be")
    assert complaint.bounding_box()["y"] > field.bounding_box()["y"]
    field.fill("0x10")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"
    field.fill("-1")
    field.press("Enter")
    page.get_by_role("textbox", name="New value of x[0, 0, 2]").press("ArrowDown")
    page.get_by_role("textbox", name="New value of x[0, 1, 2]").press("ArrowUp")
    page.get_by_role("textbox", name="New value of x[0, 0, 2]").press("Escape")
    expect(page.locator('[data-panel="x"] canvas')).to_be_focused()
    page.get_by_role("button", name="Edit numbers").click()
    page.wait_for_url(re.compile("image_data="))
    page.wait_for_selector(SETTLED)
    expected = 0.1 + 2.5 * 8 + 1 - 0.2  # bias, centre, and its neighbours times -1
    wait_for(lambda: _hovered(page) == pytest.approx(expected, rel=1e-5), "the edit is computed")
    page.reload()
    lab(page)
    assert _hovered(page) == pytest.approx(expected, rel=1e-5)


def _hovered(page) -> float:
    canvas = page.locator('[data-panel="y"] canvas')
    canvas.hover(position=cell_middle(page, "y", (8, 8), (3, 3)))
    canvas.hover(position=cell_middle(page, "y", (8, 8), (0, 0)))
    return read(page, "torch")


def test_an_illegal_combination_says_so_and_offers_a_way_out(open_page, page):
    open_page(address(PLAIN.with_changes(channels=4, out_channels=4)))
    lab(page)
    page.get_by_role("slider", name="Groups").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    sentence = "Groups must divide the channels in: 4 / 3 = 1.33 is not a whole number."
    page.get_by_text(sentence).wait_for()
    page.wait_for_url(re.compile("groups=3"))  # nothing was corrected silently
    page.get_by_role("button", name="Set groups to 2").click()
    page.wait_for_url(re.compile("groups=2"))
    page.get_by_text(sentence).wait_for(state="detached")
    page.get_by_text("2 groups · 76 parameters").wait_for()


def test_nonsense_in_the_address_is_told(open_page):
    page = open_page("/conv_lab?stride=99&dilation=<b>&groups=1")
    page.get_by_text("stride must be from 1 to 8, not 99; 8 is used.").wait_for()
    page.get_by_text("dilation must be a whole number, not '?b?'; 1 is used.").wait_for()
    lab(page)
    assert "stride=8" in page.url


def test_more_shows_what_is_computed_and_drops_nothing(open_page, page):
    """The folded controls are mounted long after the experiment was first drawn."""
    odd = PLAIN.with_changes(height=9, width=12, kernel=(2, 5), dtype="float64", seed=5, bias=False)
    open_page(address(odd))
    lab(page)
    page.get_by_role("slider", name="Channels out").press("ArrowRight")
    page.wait_for_url(re.compile("out_channels=2"))
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("switch", name="Bias")).not_to_be_checked()
    expect(page.get_by_role("switch", name="Height and width apart")).to_be_checked()
    expect(page.get_by_role("radio", name="float64")).to_be_checked()
    seed = page.get_by_role("spinbutton", name="Seed of random numbers")
    expect(seed).to_have_value("5")
    page.keyboard.press("Escape")
    page.get_by_role("slider", name="Channels out").press("ArrowRight")
    page.wait_for_url(re.compile("out_channels=3"))
    page.wait_for_selector(SETTLED)
    expected = address(odd.with_changes(out_channels=3)).partition("?")[2]
    assert set(page.url.partition("?")[2].split("&")) == set(expected.split("&"))


def test_more_at_the_default_keeps_the_bias(open_page, page):
    open_page(address(PLAIN))
    lab(page)
    page.get_by_role("slider", name="Stride").press("ArrowRight")
    page.wait_for_url(re.compile("stride=2"))
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="More").click()
    bias = page.get_by_role("switch", name="Bias")
    expect(bias).to_be_checked()
    page.get_by_role("radio", name="float64").click(force=True)
    page.wait_for_url(re.compile("dtype=float64"))
    expect(bias).to_be_checked()
    assert "bias=" not in page.url
    page.get_by_role("button", name="Start again").click()
    page.wait_for_url(re.compile("/conv_lab$"))
    expect(page.get_by_role("radio", name="float32")).to_be_checked()
    expect(page.get_by_role("slider", name="Stride")).to_have_value("1")


def test_typed_numbers_are_used_or_complained_about_under_the_box(open_page, page):
    open_page(address(PLAIN))
    lab(page)
    page.get_by_role("button", name="Own numbers").click()
    page.get_by_role("radio", name="Kernel", exact=True).click()
    box = page.get_by_role("textbox", name="Numbers of the kernel")
    box.fill("[[[[1, 2], [3, x]]]]")
    page.get_by_role("button", name="Use as kernel").click()
    page.get_by_text("row 1, column 1 (counted from 0) must be a number, not 'x'.").wait_for()
    box.fill("[[[[1, 2], [3, 4]]]]")
    page.get_by_role("button", name="Use as kernel").click()
    page.wait_for_url(re.compile("kernel=2.*filters=own"))
    page.get_by_text("must be a number").wait_for(state="detached")


@pytest.mark.parametrize("experiment", [PLAIN, LARGE], ids=["smallest", "largest"])
def test_from_slider_to_picture(open_page, capsys, experiment):
    """Milliseconds from a key on the stride's slider to the repainted canvas, in the browser."""
    page = open_page(address(experiment))
    view = lab(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("addEventListener('keydown', () => { window.pressed = performance.now() }, true)")
    slider = page.get_by_role("slider", name="Stride")
    slider.focus()
    waits = []
    for key in ["ArrowRight", "ArrowLeft"] * 6:
        page.keyboard.press(key)
        waits.append(view.evaluate(UNTIL_DRAWN))
        page.wait_for_selector(SETTLED)
    with capsys.disabled():
        print(
            f"\nconv lab, {experiment.height} x {experiment.width}, {experiment.channels} to "
            f"{experiment.out_channels} channels, slider to picture: "
            f"median {median(waits):.0f} ms, largest {max(waits):.0f} ms of {len(waits)}"
        )
    assert median(waits) < 300
