"""The Conv lab's other layers in a real Chromium: numbers to point at, settings that stay."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.conv_lab.demos import LAYERS, BatchNorm, ConvTranspose, Demo, Dropout, Linear
from tests.app_server import SETTLED, wait_for

pytestmark = pytest.mark.browser


def view(page: Page) -> Locator:
    """Wait until a layer has drawn, and return it."""
    found = page.locator(".layer-view[data-drawn]")
    found.wait_for()
    return found


def text(page: Page, name: str) -> str:
    return page.locator(f'.layer-view [data-value="{name}"]').inner_text()


def sum_text(page: Page) -> str:
    return page.locator(".layer-view .sum").inner_text()


def middle(page: Page, panel: str, shape: tuple[int, int], at: tuple[int, int]):
    box = page.locator(f'[data-panel="{panel}"] canvas').bounding_box()
    assert box is not None
    return {
        "x": box["width"] * (at[1] + 0.5) / shape[1],
        "y": box["height"] * (at[0] + 0.5) / shape[0],
    }


def canvas(page: Page, panel: str) -> Locator:
    return page.locator(f'[data-panel="{panel}"] canvas')


def as_number(written: str) -> float:
    return float(written.replace("−", "-"))


def test_every_number_of_a_linear_layer_is_there_with_its_sum(open_page):
    demo = Linear().carry_out()
    arrays = {panel.name: panel.array for panel in demo.panels}
    page = open_page("/conv_lab?layer=linear")
    view(page)
    titles = page.locator(".layer-view h4").all_inner_texts()
    assert [re.split(r"\s\d", title)[0].strip() for title in titles] == [
        panel.title for panel in demo.panels
    ]
    for panel, at, terms in (("y", (1, 2), 7), ("dx", (0, 3), 3), ("dweight", (2, 5), 2)):
        shape = arrays[panel].shape
        canvas(page, panel).hover(position=middle(page, panel, shape, at))
        page.locator('[data-value="place"]').get_by_text(str(list(at))).wait_for()
        assert as_number(text(page, "numpy")) == pytest.approx(float(arrays[panel][at]), rel=1e-6)
        assert page.locator(".layer-view .sum [data-term]").count() == terms
        printed, written = sum_text(page).split(" = ")
        terms_in_python = written.replace("(bias)", "").replace("·", "*").replace("−", "-")
        assert eval(terms_in_python) == pytest.approx(as_number(printed), rel=1e-3)
    canvas(page, "weight").hover(position=middle(page, "weight", (3, 6), (1, 4)))
    wait_for(lambda: text(page, "place") == "y[0, 1]", "a weight leads to an output")
    canvas(page, "dy").focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: text(page, "place").startswith("dX[0"), "a key leads to a gradient")
    page.keyboard.press("Enter")
    page.get_by_text("Held: click again").wait_for()
    canvas(page, "y").hover(position=middle(page, "y", (2, 3), (0, 0)))
    assert text(page, "place").startswith("dX[0")
    page.keyboard.press("Escape")
    canvas(page, "y").tap(position=middle(page, "y", (2, 3), (0, 0)))
    assert text(page, "place") == "y[0, 0]"


def test_an_input_of_a_transposed_convolution_shows_its_stamp(open_page):
    layer = ConvTranspose()
    arrays = {panel.name: panel.array for panel in layer.carry_out().panels}
    page = open_page("/conv_lab?layer=conv_transpose")
    view(page)
    canvas(page, "x").hover(position=middle(page, "x", (4, 4), (1, 2)))
    wait_for(lambda: text(page, "place") == "y[3, 5]", "the middle of the stamp")
    assert "x[1, 2] goes into 9 numbers of y, which are framed." in sum_text(page)
    canvas(page, "y").hover(position=middle(page, "y", (9, 9), (2, 2)))
    wait_for(lambda: text(page, "place") == "y[2, 2]", "where four stamps overlap")
    assert as_number(text(page, "numpy")) == pytest.approx(float(arrays["y"][2, 2]), rel=1e-6)
    assert page.locator(".layer-view .sum [data-term]").count() == 1 + 4
    printed, written = sum_text(page).split(" = ")
    terms_in_python = written.replace("(bias)", "").replace("·", "*").replace("−", "-")
    assert eval(terms_in_python) == pytest.approx(as_number(printed), rel=1e-3)
    canvas(page, "dweight").tap(position=middle(page, "dweight", (3, 3), (1, 1)))
    wait_for(lambda: text(page, "place") == "dW[1, 1]", "a tap chooses")


def test_adams_numbers_have_their_formulas_and_the_steps_their_count(open_page):
    page = open_page("/conv_lab?layer=adam&adam.steps=4&adam.noise=1")
    view(page)
    canvas(page, "m_hat").hover(position=middle(page, "m_hat", (1, 4), (0, 2)))
    wait_for(lambda: text(page, "place") == "m̂[3]", "the third step")
    assert re.fullmatch(r"[−\d.]+ = [−\d.()]+ / \(1 − 0\.9\^3\)", sum_text(page))
    canvas(page, "g").focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: text(page, "place") == "m[2]", "a gradient leads to its mean")
    page.get_by_text("Weight w afterwards, t = 4").wait_for()
    page.get_by_role("slider", name="Steps t").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"adam\.steps=5"))
    page.get_by_text("Weight w afterwards, t = 5").wait_for()


def test_another_mask_leaves_out_other_numbers_and_is_in_the_address(open_page):
    page = open_page("/conv_lab?layer=dropout&dropout.p=0.2")
    view(page)
    page.get_by_role("button", name="Another mask").click()
    page.wait_for_url(re.compile(r"dropout\.mask=1"))
    mask = Dropout(p=0.2, mask=1).carry_out().panels[1].array
    row, column = (int(places[0]) for places in mask.nonzero())
    canvas(page, "y").hover(position=middle(page, "y", (8, 8), (row, column)))
    wait_for(lambda: "·1.25" in sum_text(page), "a number that stays is scaled")


def test_a_question_is_answered_and_shown(open_page):
    page = open_page("/conv_lab?layer=max_pool")
    view(page)
    page.get_by_text("Set stride to 3: how many numbers will the output have?").wait_for()
    field = page.get_by_label("Your answer")
    field.fill("16")
    field.press("Enter")
    page.get_by_text("It is 9, not 16.").wait_for()
    field.fill("9")
    field.press("Enter")
    page.get_by_text("Right, it is 9. ⌊(8 + 2·0 − 1·(2 − 1) − 1) / 3⌋ + 1 = 3 rows").wait_for()
    page.get_by_role("button", name="Set stride to 3").press("Enter")
    page.wait_for_url(re.compile(r"max_pool\.stride=3"))
    page.get_by_text("Set stride to 4: how many numbers will the output have?").wait_for()
    assert page.get_by_label("Your answer").input_value() == ""
    page.get_by_text("Transposed convolution", exact=True).click()
    page.get_by_text("Set stride to 3: how many numbers will the output have?").wait_for()


def test_settings_stay_on_other_tabs_on_other_pages_and_in_the_address(open_page):
    page = open_page("/conv_lab?layer=relu&relu.side=5&relu.dtype=float64&kernel=5")
    view(page)
    side = page.get_by_role("slider", name="Side")
    assert side.input_value() == "5"
    side.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"relu\.side=6"))
    page.get_by_text("Batch norm", exact=True).click()
    wait_for(lambda: page.locator('[data-panel="variance"]').count() == 1, "batch norm")
    page.get_by_role("slider", name="Photos").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"batch_norm\.batch=3"))
    assert "relu" not in page.url and "kernel=5" in page.url
    page.get_by_role("link", name="Train").click(delay=100)
    page.get_by_role("heading", name="How does it learn").wait_for()
    page.get_by_role("link", name="Conv lab").click(delay=100)
    page.wait_for_url(re.compile(r"batch_norm\.batch=3"))
    wait_for(lambda: page.locator('[data-panel="variance"]').count() == 1, "batch norm again")
    assert page.get_by_role("slider", name="Photos").input_value() == "3"
    page.get_by_text("ReLU", exact=True).click()
    page.wait_for_url(re.compile(r"relu\.side=6"))
    assert page.get_by_role("slider", name="Side").input_value() == "6"
    assert (
        page.get_by_text("float64").locator("xpath=ancestor::label").locator("input").is_checked()
    )
    page.reload()
    page.wait_for_selector(SETTLED)
    view(page)
    assert page.get_by_role("slider", name="Side").input_value() == "6"


def test_an_impossible_max_pooling_offers_its_ways_out(open_page):
    page = open_page("/conv_lab?layer=max_pool&max_pool.side=3&max_pool.kernel=4")
    page.get_by_text("The window must fit into the padded input").wait_for()
    page.locator(".layer-view.stale[data-drawn]").wait_for()
    for label in ("Set kernel to 3", "Set padding to 1"):
        page.get_by_role("button", name=label).wait_for()
    page.get_by_role("button", name="Set side to 4").click()
    page.wait_for_url(re.compile(r"max_pool\.side=4"))
    page.locator(".layer-view:not(.stale)[data-drawn]").wait_for()
    assert sum_text(page).count("0.") > 10


def test_own_numbers_are_taken_kept_and_refused_where_one_looks(open_page):
    page = open_page("/conv_lab?layer=linear")
    view(page)
    page.get_by_role("button", name="Own numbers").click()
    field = page.get_by_role("textbox", name="photos x inputs")
    wait_for(lambda: field.input_value().startswith("0.13 -0.13 0.64"), "the numbers as text")
    field.fill("[[1, 2], [3, 4, 5]]")
    page.get_by_role("button", name="Use these").click()
    page.get_by_text("Photo 1 (counted from 0) must have 2 inputs like photo 0, not 3.").wait_for()
    field.fill("[[1, 2, 3]]")
    page.get_by_role("button", name="Use these").click()
    page.wait_for_url(re.compile(r"linear\.own_x=n1x3"))
    page.reload()
    page.wait_for_selector(SETTLED)
    view(page)
    assert sum_text(page).count("·") == 3 and "1·0.35" in sum_text(page)


@pytest.mark.parametrize("name", ["conv_transpose", "avg_pool", "dropout", "adam"])
def test_on_a_phone_every_array_fits(phone, name):
    page = phone(f"/conv_lab?layer={name}&adam.steps=12", "dark")
    view(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    demo = LAYERS[name]().carry_out()
    assert isinstance(demo, Demo)
    for panel in demo.panels:
        box = canvas(page, panel.name).bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390, panel.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_numbers_and_their_sum_fit(phone, scheme):
    page = phone("/conv_lab?layer=batch_norm", scheme)
    view(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    demo = BatchNorm().carry_out()
    assert isinstance(demo, Demo)
    for panel in demo.panels:
        box = canvas(page, panel.name).bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390, panel.name
    canvas(page, "dbias").tap()
    wait_for(lambda: text(page, "place").startswith("dβ["), "a tap chooses")
    place = page.locator(".layer-view .values").bounding_box()
    assert (
        place is not None and place["y"] + place["height"] <= 844
    )  # in sight while one points above


def test_the_loss_says_what_torchs_limit_does(open_page):
    page = open_page("/conv_lab?layer=loss&loss.logit=-40&loss.dtype=float64")
    table = page.locator(".layer-values")
    table.get_by_text("−2.354e+17").wait_for()
    assert table.locator(".apart").all_inner_texts() == ["−1e+12 ≠", "−4.248e−06 ≠"]
    page.get_by_text("divides by max(p · (1 − p), 1e−12)").wait_for()


@pytest.mark.parametrize(
    ("layer", "arrays"),
    [
        *[("conv_transpose", 5), ("batch_norm", 6), ("relu", 2), ("max_pool", 2), ("avg_pool", 2)],
        *[("dropout", 2), ("linear", 4), ("loss", 6), ("adam", 6), ("init", 4)],
    ],
)
def test_every_layer_agrees_with_torch(open_page, layer, arrays):
    page = open_page(f"/conv_lab?layer={layer}")
    within = page.locator('.strip [data-within="true"]')
    wait_for(lambda: within.count() == arrays, f"{arrays} comparisons")
    first = page.locator(".stMain").get_by_role("slider").first
    page.locator(".strips[data-drawn]").wait_for()
    drawn = page.locator(".strips").get_attribute("data-drawn")
    first.focus()
    page.keyboard.press("ArrowRight")
    wait_for(
        lambda: page.locator(".strips").get_attribute("data-drawn") != drawn, "a slider redraws"
    )
    assert within.count() == arrays
    assert page.locator('.strip [data-within="false"]').count() == 0
    page.locator(".strip canvas").first.hover(position={"x": 5, "y": 5})
    assert "torch" in page.locator(".strip .readout").first.inner_text()


def test_a_value_that_a_finger_has_tapped_in_a_chart_stays(phone):
    page = phone("/conv_lab?layer=init", "light")
    plot = page.locator(".plot").first
    plot.tap(position={"x": 150, "y": 60})
    readout = page.locator(".readout").first
    expect(readout).to_contain_text("Kaiming normal: ")
    page.get_by_role("heading", level=1).tap()
    expect(readout).to_be_hidden()
