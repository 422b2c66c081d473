"""A visitor walks from page to page in a real Chromium: no error on the way, nothing forgotten."""

import re
from itertools import pairwise, permutations

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.config import TrainConfig
from core.runs.listing import create_run
from core.runs.run import Run
from core.train import main as train_on_the_command_line
from pages.parts.shared.page import PAGES
from tests.app_server import SETTLED, wait_for
from tests.test_browser_classify import CAT, DOG, drop, names, png

pytestmark = pytest.mark.browser

MOST_ENTRIES = 5  # of the browser's history that one visit to a page may leave


@pytest.fixture(scope="module")
def run(server) -> Run:
    """A small trained run: with one, Feature maps writes an address of its own."""
    path = server.runs / "small"
    sizes = ["--image-size", "32", "--train-per-class", "8", "--test-per-class", "4"]
    options = ["--data", "drawn", "--model", "compact", "--epochs", "2", "--run-dir", str(path)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_CACHE", str(server.cache))
        assert train_on_the_command_line([*options, *sizes]) == 0
    return Run(path)


def follow_link(page, key: str) -> None:
    page.wait_for_selector(SETTLED)
    page.get_by_test_id("stSidebar").get_by_role("link", name=PAGES[key].name).click()
    wait_until_drawn(page, key)


def wait_until_drawn(page, key: str) -> None:
    """Wait for the page's question and its script's end; fail on an error page."""
    page.get_by_role("heading", level=1, name=PAGES[key].question).wait_for()
    page.wait_for_selector(SETTLED, timeout=60_000)  # torch is imported for the first ladder
    assert page.get_by_test_id("stException").count() == 0, key
    assert page.get_by_role("dialog").count() == 0, key


@pytest.fixture
def finished(page) -> list[object]:
    """Give a list that grows with each script run that the server has finished."""
    runs: list[object] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            message = ForwardMsg.FromString(frame)
            if message.WhichOneof("type") == "script_finished":
                runs.append(message)

    page.on("websocket", lambda socket: socket.on("framereceived", note))
    return runs


def go_back(page, finished: list[object]) -> None:
    """Press Back and wait until the script has run for the address before."""
    before = len(finished)
    page.go_back()
    wait_for(lambda: page.evaluate("true") and len(finished) > before, "the script runs")
    page.wait_for_selector(SETTLED)


def leave_and_return(page, key: str) -> None:
    """Visit the other pages, then come back by the link."""
    for other in PAGES:
        if other != key:
            follow_link(page, other)
    follow_link(page, key)


def every_ordered_pair() -> list[str]:
    """Order the pages so that each follows each other one once (Hierholzer's walk)."""
    left = {key: [other for other in PAGES if other != key] for key in PAGES}
    stack, walk = [next(iter(PAGES))], list[str]()
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            walk.append(stack.pop())
    return walk[::-1]


def test_from_every_page_to_every_other_and_all_the_way_back(finished, open_page, run):
    walk = every_ordered_pair()
    assert sorted(pairwise(walk)) == sorted(permutations(PAGES, 2))
    page = open_page("/")
    for key in walk[1:]:
        follow_link(page, key)
    for key in reversed(walk[:-1]):
        here = page.evaluate("location.pathname")
        for _ in range(MOST_ENTRIES):
            go_back(page, finished)
            if page.evaluate("location.pathname") != here:
                break
        assert page.evaluate("location.pathname") != here, f"no way back from {here}"
        wait_until_drawn(page, key)


def test_on_a_phone_the_menu_closes_once_a_page_was_chosen(open_page, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page("/")
    menu = page.get_by_test_id("stSidebar")
    for key in [*list(PAGES)[1:], next(iter(PAGES))]:
        page.get_by_test_id("stExpandSidebarButton").click()
        expect(menu).to_be_in_viewport()
        follow_link(page, key)
        expect(menu).not_to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_lab_keeps_its_experiment_and_its_layer(open_page):
    page = open_page("/conv_lab")
    page.get_by_role("slider", name="Stride").press("ArrowRight")
    page.wait_for_url(re.compile("stride=2"))
    page.get_by_role("radio", name="ReLU").click()
    page.wait_for_url(re.compile("layer=relu"))
    page.get_by_role("slider", name="Side").press("ArrowRight")
    page.get_by_text("9 x 9").first.wait_for()
    before = page.url
    leave_and_return(page, "conv_lab")
    assert page.url == before
    expect(page.get_by_role("radio", name="ReLU")).to_be_checked()
    page.get_by_text("9 x 9").first.wait_for()
    page.get_by_role("radio", name="Convolution", exact=True).click()
    expect(page.get_by_role("slider", name="Stride")).to_have_value("2")


def test_feature_maps_keeps_view_layer_epoch_and_photo(open_page, run):
    page = open_page(f"/feature_maps?run={run.id}")
    page.locator('.anatomy[data-layer="2"]').wait_for()
    page.locator(".layer:not(.head)").nth(3).click()
    page.locator('.anatomy[data-layer="3"]').wait_for()
    page.get_by_role("slider", name="Epoch").press("ArrowLeft")
    page.wait_for_url(re.compile("epoch=1"))
    page.get_by_test_id("stPopover").last.get_by_role("button").click()
    page.get_by_role("radio", name="Drawn pets").click()
    page.get_by_role("button", name="Drawn dog").nth(1).click()
    page.wait_for_url(re.compile("photo=drawn"))
    page.locator('.anatomy[data-shown$=" drawn:3"]').wait_for()
    leave_and_return(page, "feature_maps")
    page.locator(f'.anatomy[data-layer="3"][data-shown="{run.id} 1 drawn:3"]').wait_for()
    page.get_by_role("radio", name="Why it said so").click()
    page.locator(".evidence[data-shown]").wait_for()
    page.wait_for_selector(SETTLED)
    page.get_by_role("radio", name="Occlusion").click()
    page.get_by_text(re.compile(r"Asked \d")).wait_for()
    before = page.url
    leave_and_return(page, "feature_maps")
    assert page.url == before
    expect(page.get_by_role("radio", name="Occlusion")).to_be_checked()


def test_classify_keeps_photos_answers_model_and_threshold(open_page, run):
    page = open_page(f"/?model={run.id}")
    drop(page, {"tom.png": png(CAT, 1), "notes.txt": b"hello"})
    page.locator(".answer").nth(1).wait_for()
    slider = page.get_by_role("slider", name=re.compile("not sure"))
    slider.press("End")
    page.locator(".answer .label", has_text="not sure").wait_for()
    shares = page.locator(".answer .probability-ends").all_inner_texts()
    leave_and_return(page, "classify")
    page.locator(".answer").nth(1).wait_for()
    assert names(page) == ["tom.png", "notes.txt"]
    assert page.locator(".answer .probability-ends").all_inner_texts() == shares
    assert f"model={run.id}" in page.url
    expect(slider).to_have_value("99")

    drop(page, {"rex.png": png(DOG, 2)})
    page.locator(".answer").nth(2).wait_for()
    assert names(page) == ["rex.png", "tom.png", "notes.txt"]
    page.get_by_role("button", name="notes.txt").click()
    expect(page.locator(".answer")).to_have_count(2)
    leave_and_return(page, "classify")
    page.locator(".answer").nth(1).wait_for()
    assert names(page) == ["rex.png", "tom.png"]


def test_train_keeps_its_run_its_part_and_its_form(open_page, run):
    page = open_page(f"/train?run={run.id}")
    page.get_by_role("radio", name="Weights and recipe").click()
    page.get_by_text("Recipe", exact=True).wait_for()
    leave_and_return(page, "train")
    assert page.url.endswith(f"/train?run={run.id}")
    page.get_by_text("Recipe", exact=True).wait_for()
    page.get_by_role("button", name="New training").click()
    page.get_by_text("Taken over from run").wait_for()
    page.wait_for_selector(SETTLED)
    page.get_by_role("radio", name="compact").click()
    epochs = page.get_by_label("Epochs", exact=True)
    page.get_by_text("Taken over from run").wait_for(state="hidden")
    page.wait_for_selector(SETTLED)
    expect(epochs).to_have_count(1)  # the box of the network before is gone
    epochs.fill("7")
    epochs.press("Enter")
    leave_and_return(page, "train")
    expect(page.get_by_role("radio", name="compact")).to_be_checked()
    expect(epochs).to_have_value("7")


def test_the_numpy_network_keeps_its_view_its_run_and_its_numbers(open_page, server, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_RUNS", str(server.runs))
    pair = create_run(TrainConfig(image_size=96, engine="both"), "my pair")
    page = open_page("/numpy_network")
    page.get_by_role("radio", name="float64").click()
    page.wait_for_url(re.compile("dtype=float64"))
    leave_and_return(page, "numpy_network")
    expect(page.get_by_role("radio", name="float64")).to_be_checked()
    page.get_by_role("radio", name="Side-by-side training").click()
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name="my pair").click()
    page.wait_for_url(re.compile(f"run={pair.id}"))
    page.get_by_role("button", name="Resume").wait_for()
    leave_and_return(page, "numpy_network")
    assert f"run={pair.id}" in page.url
    page.get_by_role("button", name="Resume").wait_for()


def test_an_address_that_names_something_wins_over_what_was_kept(open_page, run):
    page = open_page("/?model=shipped")
    follow_link(page, "train")
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name=run.name).click()
    page.wait_for_url(re.compile(f"run={run.id}"))
    page.get_by_role("radio", name="Weights and recipe").click()
    page.get_by_role("link", name="Try this run on your photos").click()
    wait_until_drawn(page, "classify")
    assert page.url.endswith(f"/?model={run.id}")
    answering = page.get_by_role("combobox", name="Who answers?")
    expect(answering).to_have_value(f"Run: {run.name}")
