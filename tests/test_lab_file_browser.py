"""An experiment that was handed out as one HTML file: from the disk, without a network."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.conv_lab.demos import LAYERS, Demo
from core.conv_lab.engines import carry_out
from core.conv_lab.look import Look
from core.conv_lab.sabotage import MISTAKES
from pages.parts.conv_lab.layer_take_away import layer_html
from pages.parts.conv_lab.state import LAYERS as TITLES
from pages.parts.conv_lab.take_away import experiment_html
from tests.conv_lab_page import GROUPED, point_at, read, text

pytestmark = pytest.mark.browser


@pytest.fixture
def open_file(browser, tmp_path):
    """Open a file in a browser that has no network; nothing may fail or complain."""
    contexts, complaints = [], []

    def open_html(html: str, drawn: str = ".lab[data-drawn]", **options):
        path: Path = tmp_path / "convolution.html"
        path.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(offline=True, **options))
        contexts[-1].set_default_timeout(60_000)
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url))
        page.goto(path.as_uri())
        page.locator(drawn).first.wait_for()
        assert complaints.pop(0) == path.as_uri()
        return page

    yield open_html
    for context in contexts:
        context.close()
    assert not complaints


def test_the_pointer_reads_the_engines_numbers_without_a_server(open_file):
    result = carry_out(GROUPED)
    page = open_file(experiment_html(result, Look()))
    for mode, name, at in (("y", "y", (5, 3, 10)), ("dw", "dweight", (4, 1, 2, 1))):
        point_at(page, GROUPED, mode, at)
        numbers = result.comparisons[name]
        assert text(page, "place").endswith(f"[{', '.join(map(str, at))}]")
        assert read(page, "numpy") == pytest.approx(float(numbers.numpy[at]), rel=1e-8)
        assert read(page, "torch") == pytest.approx(float(numbers.torch[at]), rel=1e-8)
        assert page.locator(".sum [data-term]").count() > 0
    expect(page.get_by_role("button", name="Edit numbers")).to_be_hidden(timeout=60_000)
    page.locator("[data-panel=x] canvas").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-value=pin]")).to_have_text(
        "Pinned: click again or press Esc to let go", timeout=60_000
    )
    before = text(page, "place")
    page.get_by_role("button", name="One step on").click()
    assert text(page, "place") != before
    page.locator("summary", has_text="torch").click()
    code = page.locator("details[open] pre")
    expect(code).to_contain_text("import torch", timeout=60_000)


def test_a_planted_mistake_is_told_and_it_fits_a_phone_in_the_dark(open_file):
    mistake = next(iter(MISTAKES))
    result = carry_out(replace(GROUPED, mistake=mistake))
    size = {"width": 390, "height": 844}
    page = open_file(experiment_html(result, Look()), viewport=size, color_scheme="dark")
    page.get_by_text("With a planted mistake").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"


@pytest.mark.parametrize("name", [name for name in LAYERS if name not in ("loss", "init")])
def test_every_layers_tab_can_be_handed_out(name, open_file):
    layer = LAYERS[name]()
    demo = layer.carry_out()
    assert isinstance(demo, Demo)
    size = {"width": 390, "height": 844}
    html = layer_html(name, TITLES[name], layer, demo)
    page = open_file(html, ".layer-view canvas", viewport=size, color_scheme="dark")
    page.get_by_role("heading", name=TITLES[name]).wait_for()
    title, compared = next(iter(demo.comparisons.items()))
    shown = next(panel for panel in demo.panels if panel.title == title)
    page.locator(f'[data-panel="{shown.name}"] canvas').first.hover(position={"x": 5, "y": 5})
    said = page.locator('[data-value="numpy"]').inner_text().replace("−", "-")
    assert float(said) == pytest.approx(float(compared.numpy.flat[0]), rel=1e-6)
    assert page.locator(".sum").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("/conv_lab?layer=").wait_for()
