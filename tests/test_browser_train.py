"""The Train page in a real Chromium: start, watch, pause, refresh, stop."""

import re
import time

import numpy as np
import pytest

from core.config import TrainConfig
from core.data.dataset import PhotoSet
from core.runs.commands import Action
from core.runs.listing import create_run, list_runs
from core.runs.predictions import write_predictions, write_test_photos
from core.runs.run import Run
from core.runs.status import State, Status
from tests.app_server import SETTLED, wait_for
from tests.train_page import (
    WATCH,
    chart,
    drag_across,
    explorable,
    last_x,
    only_run,
    points,
    told,
)

pytestmark = pytest.mark.browser


def sizes_of_messages(page) -> list[int]:
    """Return a list to which the bytes of each message from the server are added from now on."""
    sizes: list[int] = []
    network = page.context.new_cdp_session(page)
    network.on(
        "Network.webSocketFrameReceived",
        lambda event: sizes.append(len(event["response"]["payloadData"]) * 3 // 4),  # base64
    )
    network.send("Network.enable")
    return sizes


def hide(page, hidden: bool) -> None:
    """Let the page believe that its tab is hidden behind others, or seen again."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def start_long_training(page) -> None:
    """Press Start with so many epochs that the run is surely still going at the test's end."""
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("500")
    epochs.press("Enter")
    page.wait_for_selector(SETTLED)
    page.get_by_role("button", name="Start", exact=True).click()


def wait_until_ended(run: Run) -> None:
    wait_for(lambda: not run.status().active, "the run ends")


@pytest.fixture
def training(open_page, server):
    """A page that follows a fresh training; whatever still runs afterwards is stopped."""
    page = open_page("/train?run=new&network=article")
    page.get_by_text("Some of the training pictures").wait_for()
    start_long_training(page)
    page.wait_for_url(re.compile(r"run=(?!new)"))
    wait_for(lambda: points(page, "Loss per batch") > 0, "a first loss point")
    yield page
    for run in list_runs(server.runs):
        if run.status().active:
            run.send(Action.STOP)
        wait_until_ended(run)
        run.delete()


def test_the_chart_grows_in_place_and_keeps_its_zoom(training):
    page = training
    # Of two epochs, or the page is still drawn anew because the training has begun.
    wait_for(lambda: points(page, "Loss per epoch") > 1, "some losses")
    plot = chart(page, "Loss per batch")
    drag_across(page, plot, 0.4, 0.7)
    page.mouse.move(1, 1)  # off the chart, whose readout would change under the pointer
    zoom = plot.get_attribute("data-zoom")
    assert zoom
    assert page.evaluate(WATCH) == 3
    before = last_x(page, "Loss per batch")
    sizes = sizes_of_messages(page)
    start, seen = time.monotonic(), set[str]()

    def updates() -> int:
        # Not the chart's points, here and below: a long curve is thinned to as many as before.
        seen.add(page.get_by_test_id("stProgress").inner_text())
        return len(seen) - 1

    wait_for(lambda: updates() >= 6, "six updates of a live training")
    seconds = time.monotonic() - start
    assert last_x(page, "Loss per batch") > before
    # Every message costs the browser time that the training next to it would use.
    # Twelve an update, every two seconds, and seven for what was right and wrong, every five.
    # The whole page, some fifty, may be drawn once meanwhile.
    assert 0 < len(sizes) <= 8 * seconds + 60
    assert sum(sizes) < 200_000 / 6 * seconds
    assert page.evaluate("window.frames") > 30
    assert page.evaluate("window.swaps") == 0
    assert page.evaluate("window.blanks") == 0
    assert plot.get_attribute("data-zoom") == zoom


def test_the_layers_charts_grow_in_place_with_the_epochs(training):
    page = training
    charts = page.get_by_role("group", name=re.compile("One chart a layer"))
    first = charts.locator("figure").first
    first.wait_for()  # there before the first epoch, so that nothing below jumps
    height = charts.bounding_box()["height"]
    charts.evaluate("element => { element.kept = true; }")

    def epochs() -> int:
        return int(first.get_attribute("data-points") or 0)

    wait_for(lambda: epochs() >= 2, "two epochs are drawn", seconds=60)
    assert charts.evaluate("element => element.kept")
    assert charts.bounding_box()["height"] == pytest.approx(height, abs=1)


def test_a_live_run_loads_nothing_of_plotly_until_it_ends(training, server):
    page = training
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.get_by_role("radio", name="Compare runs").click()
    charts = page.locator(".board figure .plot")
    wait_for(lambda: charts.count() == 4, "the comparison is a canvas too")
    page.reload()
    wait_for(lambda: points(page, "Accuracy per epoch") > 1, "the curves are back")
    assert charts.count() >= 3
    assert page.get_by_test_id("stPlotlyChart").count() == 0
    assert not [url for url in loaded if "plotly" in url.lower()]
    curves = page.locator(".st-key-curves")
    height = curves.bounding_box()["height"]
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_until_ended(only_run(server))
    explorable(page, "Accuracy per epoch").wait_for()
    assert charts.count() == 0
    assert curves.bounding_box()["height"] == pytest.approx(height, abs=2)


def test_a_refresh_and_a_second_browser_show_the_same_run(training, browser, server):
    page = training
    run = only_run(server)
    page.reload()
    page.wait_for_selector(SETTLED)
    wait_for(lambda: points(page, "Loss per batch") > 0, "the curve is back")
    assert run.id in page.url
    other = browser.new_context(base_url=server.url)
    second = other.new_page()
    second.goto("/train")
    second.wait_for_url(re.compile(run.id))
    wait_for(lambda: points(second, "Loss per batch") > 0, "and shows its curve")
    other.close()


def test_pause_step_continue_and_stop_are_obeyed(training, server):
    page = training
    run = only_run(server)

    def press(name: str) -> None:
        page.wait_for_selector(SETTLED)  # a click may be lost while Streamlit replaces a script run
        page.get_by_role("button", name=name, exact=True).click()

    def pressed(name: str, state: str) -> None:
        press(name)
        wait_for(lambda: run.status().state == state, f"{state} after {name}", 10)

    pressed("Pause", "paused")
    page.get_by_role("button", name="Continue", exact=True).wait_for()
    steps = len(run.log.batch_losses().steps)
    press("Step")
    wait_for(lambda: len(run.log.batch_losses().steps) == steps + 1, "one batch more")
    assert run.status().state == "paused"
    pressed("Continue", "training")
    pressed("Stop", "stopped")
    page.get_by_role("button", name="Resume").wait_for()
    assert run.checkpoints.newest() is not None


def test_the_results_follow_the_epochs_while_nothing_else_changes(open_page, server):
    config = TrainConfig(model="compact", image_size=16, epochs=9, test_per_class=4)
    run = create_run(config, path=server.runs / "by-hand")
    labels = np.array([0, 0, 1, 1], np.uint8)
    photos = PhotoSet(np.zeros((4, 16, 16, 3), np.uint8), labels, ("a", "b", "c", "d"))
    write_test_photos(run.path, photos, ("dog", "cat"))
    with run.lock():  # as a worker would
        write_predictions(run.path, 1, np.array([0.9, 0.9, 0.1, 0.1]))
        run.write_status(Status(State.TRAINING, epoch=2, epochs=9, batch_loss=0.7, seconds_left=9))
        page = open_page("/train?run=by-hand")
        page.get_by_text("Test pictures after epoch 1").wait_for()
        page.get_by_text("4 of 4 are wrong.").wait_for()
        cell = page.get_by_role("button", name="0 right: is cat, says cat")
        cell.focus()
        write_predictions(run.path, 2, np.array([0.1, 0.1, 0.9, 0.1]))
        page.get_by_text("Test pictures after epoch 2").wait_for()
        page.get_by_text("1 of 4 are wrong.").wait_for()
        page.get_by_role("button", name="1 right: is cat, says cat").wait_for()
        focused = page.locator("table.confusion button:focus")
        assert focused.get_attribute("data-cell") == "1-1"  # in place, the keyboard stays there
        run.write_status(Status(State.STOPPED, epochs=9))
    run.delete()


def test_a_rate_changed_in_one_window_is_shown_in_all_and_marked_on_the_curves(training, server):
    page, run = training, only_run(server)
    second = page.context.new_page()
    second.goto(page.url)
    here, there = (each.get_by_label("Learning rate", exact=True) for each in (page, second))
    wait_for(lambda: there.input_value() == "0.0005", "the second window shows the rate")
    there.fill("0.00")  # somebody is about to type another one

    here.fill("0.00123")
    here.press("Enter")
    wait_for(lambda: run.status().learning_rate == pytest.approx(0.00123), "the new rate")
    second.get_by_text("now 0.00123").wait_for()
    assert there.input_value() == "0.00"  # what is being typed stays
    there.press("Escape")
    assert there.input_value() == "0.00123"
    second.get_by_role("button", name="A tenth of the learning rate").click()
    wait_for(lambda: here.input_value() == "0.000123", "the first window follows")
    assert page.locator(".now").inner_text() == ""

    labels = "rate 0.0005 → 0.00123 | rate 0.00123 → 0.000123"
    wait_for(lambda: told(page, "Loss per batch", "marks") == labels, "both changes")
    wait_for(lambda: labels in told(page, "Accuracy per epoch", "marks"), "both over epochs too")
    here.fill("fast")
    here.press("Enter")
    page.get_by_text("Learning rate must be a number, not 'fast'.").wait_for()
    here.press("Escape")

    page.get_by_role("button", name="Stop", exact=True).click()
    wait_until_ended(run)
    lines = explorable(page, "Loss per batch").locator(".annotation-text")
    wait_for(lambda: " | ".join(lines.all_text_contents()) == labels, "the same marks at rest")
    second.close()


def place_of(page, words: str) -> float:
    """Return how far down the page, in pixels, some words stand."""
    return page.get_by_text(words, exact=True).bounding_box()["y"]


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_when_a_training_ends(training, server, width):
    page, run = training, only_run(server)
    page.set_viewport_size({"width": width, "height": 2200})
    wait_for(lambda: len(run.log.epochs()) > 1, "two epochs", 60)
    page.locator("figure .ring", has_text=re.compile(r"best \d")).wait_for()
    epochs, shares = (
        told(page, "Accuracy per epoch", f"{axis}-ticks").split(" | ") for axis in "xy"
    )
    assert all(tick.isdigit() for tick in epochs)
    assert len(set(shares)) == len(shares)

    def places() -> list[float]:
        # Below the heading: a click scrolls to its button.
        heading = page.get_by_role("heading", level=1).bounding_box()["y"]
        top = page.locator(".st-key-curves").bounding_box()["y"]
        return [top - heading, place_of(page, "Right and wrong") - heading]

    before = places()
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_until_ended(run)
    page.get_by_role("button", name="Resume").wait_for()
    explorable(page, "Accuracy per epoch").wait_for()
    assert places() == pytest.approx(before, abs=2)
    assert page.get_by_role("button", name="Stop", exact=True).is_disabled()
    assert page.get_by_label("Learning rate", exact=True).is_disabled()


def test_losses_are_drawn_on_a_log_scale_and_still_are_after_a_visit_elsewhere(training, server):
    page, run = training, only_run(server)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Continue", exact=True).wait_for()
    page.wait_for_selector(SETTLED)
    linear = told(page, "Loss per batch", "y-ticks")
    page.get_by_text("Log scale", exact=True).click()
    wait_for(lambda: told(page, "Loss per batch", "y-ticks") != linear, "another axis")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Conv lab").click(delay=100)
    page.wait_for_url(re.compile("conv_lab"))
    page.wait_for_selector(SETTLED)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click(delay=100)
    page.wait_for_url(re.compile(run.id))
    wait_for(lambda: told(page, "Loss per batch", "y-ticks"), "the chart is back")
    assert told(page, "Loss per batch", "y-ticks") != linear


def test_an_impossible_choice_is_refused_before_anything_starts(open_page, server):
    page = open_page("/train?run=new")
    page.get_by_text("A folder of photos").click()
    folder = page.get_by_role("textbox", name="Path of the folder")
    folder.fill("/no/such/folder")
    folder.press("Enter")
    page.get_by_role("alert").first.wait_for()
    assert "/no/such/folder" in page.get_by_role("alert").first.inner_text()
    assert page.get_by_role("button", name="Start", exact=True).is_disabled()
    assert list_runs(server.runs) == []


def test_the_deep_link_works_and_an_unknown_run_gets_a_sentence(open_page):
    page = open_page("/train?run=no-such-run")
    page.get_by_text("names a run that is not here").wait_for()


def test_a_tab_that_nobody_sees_costs_nothing_and_catches_up_when_it_is_seen(training, server):
    run = only_run(server)
    sizes = sizes_of_messages(training)

    def is_quiet() -> bool:
        before = len(sizes)
        training.wait_for_timeout(6000)  # longer than a page waits to look again
        return len(sizes) == before

    assert not is_quiet()
    hide(training, True)

    wait_for(is_quiet, "the page stands still", 90)
    said = training.get_by_text(re.compile(r"Training, epoch \d"))
    then, batches = said.inner_text(), len(run.log.batch_losses().steps)
    wait_for(lambda: len(run.log.batch_losses().steps) > batches + 5, "the training goes on", 90)
    assert said.inner_text() == then
    hide(training, False)
    wait_for(lambda: said.inner_text() != then, "the page follows again", 90)
    assert not is_quiet()
