"""A run that stands still, in a real Chromium."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Position

from core.runs.run import Run
from core.train import main as train_on_the_command_line
from tests.app_server import wait_for
from tests.train_page import drag_across, epochs_on, explorable

pytestmark = pytest.mark.browser


@pytest.fixture
def finished(server, monkeypatch) -> Iterator[Run]:
    """A run of two epochs on few drawn pets."""
    monkeypatch.setenv("GLASS_CNN_CACHE", str(server.cache))
    few = ["--image-size", "80", "--train-per-class", "8", "--test-per-class", "6", "--epochs", "2"]
    run_dir = server.runs / "finished"
    assert (
        train_on_the_command_line(["--data", "drawn", "--run-dir", str(run_dir), "--json", *few])
        == 0
    )
    run = Run(run_dir)
    yield run
    run.delete()


def test_a_finished_run_shows_the_photos_behind_each_cell(open_page, finished):
    page = open_page("/train?run=finished")
    cells = page.get_by_role("button", name=re.compile(r"\d+ (right|wrong): is"))
    cells.nth(3).wait_for()
    counts = [int(cell.get_attribute("aria-label").split()[0]) for cell in cells.all()]
    assert len(counts) == 4
    assert sum(counts) == 12
    verdicts = [cell.get_attribute("aria-label").split()[1] for cell in cells.all()]
    assert verdicts == ["right:", "wrong:", "wrong:", "right:"]
    most = counts.index(max(counts))
    cells.nth(most).focus()
    page.keyboard.press("Enter")
    page.get_by_text(f"{counts[most]} of {counts[most]} pictures").wait_for()
    page.get_by_role("button", name=re.compile("why did it say")).first.click()
    page.wait_for_url(re.compile("/feature_maps.*view=why"))
    assert "run=finished" in page.url and "epoch=2" in page.url and "photo=test" in page.url
    page.get_by_text(re.compile(r"which is right|but it is a")).first.wait_for()


def test_every_table_of_right_and_wrong_has_one_order(open_page, finished):
    tables = []
    for address in ("/train?", "/feature_maps?view=mistakes&", "/feature_maps?view=layers&"):
        page = open_page(f"{address}run=finished")
        table = page.locator("table.confusion")
        table.wait_for()
        heads = table.locator("th").all_inner_texts()
        counts = table.locator("td").all_inner_texts()
        tables.append((heads[1:], [int(count.split(" ")[0]) for count in counts]))
        assert "right" in (table.locator("td").first.get_attribute("class") or "")
        assert "right" in (table.locator("td").last.get_attribute("class") or "")
    assert tables[0][0] == ["says cat", "says dog", "is cat", "is dog"]
    assert tables[0] == tables[1] == tables[2]


def test_from_a_run_to_its_ranked_mistakes_is_one_click(open_page, finished):
    page = open_page("/train?run=finished")
    page.get_by_role("link", name="All mistakes, the surest first").click()
    page.wait_for_url(re.compile("view=mistakes"))
    assert "run=finished" in page.url
    page.get_by_text("mistakes after epoch 2").wait_for()  # the newest
    page.get_by_text("Say cat from P(cat) =").wait_for()


def test_a_finished_runs_curves_are_read_zoomed_and_saved(open_page, finished):
    page = open_page("/train?run=finished")
    plot = explorable(page, "Accuracy per epoch")
    plot.locator(".xtick").first.wait_for()
    legend = plot.locator(".legendtext").all_text_contents()
    best = max(finished.log.epochs(), key=lambda done: done.test_accuracy)
    ring = f"best {best.test_accuracy:.1%}, epoch {best.epoch}".replace("%", " %")
    assert legend == ["train", "test", ring]
    assert epochs_on(plot) == ["1", "2"]  # no half epochs
    assert plot.locator(".xtitle").text_content() == "epoch"
    assert plot.locator(".ytitle").text_content() == "share right"
    shares = plot.locator(".ytick").all_text_contents()
    assert len(shares) > 1 and len(set(shares)) == len(shares)
    assert all(share.endswith(" %") for share in shares)
    assert page.locator(".board figure .plot").count() == 0

    area = plot.locator(".nsewdrag")
    box = area.bounding_box()
    assert box is not None
    area.hover(position=Position(x=box["width"] - 30, y=box["height"] / 2))
    said = plot.locator(".hoverlayer .legend")
    said.wait_for()
    words, accuracies = said.text_content() or "", finished.log.epochs()[-1]
    assert "epoch 2" in words
    assert f"train: {accuracies.train_accuracy:.1%}".replace("%", " %") in words
    assert f"test: {accuracies.test_accuracy:.1%}".replace("%", " %") in words

    with page.expect_download() as download:
        plot.locator('.modebar-btn[data-title^="Download"]').click()
    assert download.value.suggested_filename == "finished-accuracy-per-epoch.png"

    drag_across(page, area, 0.6, 0.99)
    wait_for(lambda: epochs_on(plot) == ["2"], "the zoom")
    page.get_by_text("Weights and recipe").click()  # another run of the script
    page.get_by_text("Recipe", exact=True).wait_for()
    assert epochs_on(plot) == ["2"]  # the zoom stays

    def zooms_out() -> bool:
        if epochs_on(plot) == ["2"]:  # a busy browser may take a double click for two
            area.dblclick()
        return epochs_on(plot) == ["1", "2"]

    wait_for(zooms_out, "all of it again")


def test_a_run_is_compared_under_the_name_it_was_given(open_page, finished):
    page = open_page("/train?run=finished")
    finished.rename("<b>mine</b>")
    page.get_by_role("radio", name="Compare runs").click()
    plot = explorable(page, "Test accuracy per epoch")
    plot.locator(".xtick").first.wait_for()
    legend = page.locator(".run-entry span").last
    assert legend.text_content() == "<b>mine</b>"
    page.set_viewport_size({"width": 390, "height": 844})

    def below_the_axis() -> bool:
        axis, entry = (each.bounding_box() for each in (plot.locator(".xtitle"), legend))
        if axis is None or entry is None:  # the figure is drawn anew
            return False
        return axis["y"] + axis["height"] <= entry["y"] and entry["x"] + entry["width"] <= 390

    wait_for(below_the_axis, "the legend takes no room from the axis on a phone")


def test_the_layers_are_read_at_an_epoch_with_keys_and_pointer(open_page, finished):
    page = open_page("/train?run=finished")
    charts = page.get_by_role("group", name=re.compile("One chart a layer"))
    charts.locator("figure").first.wait_for()
    layers = finished.log.layers()
    names = [chart.get_attribute("aria-label") for chart in charts.locator("figure").all()]
    assert [name.partition(",")[0] for name in names] == [each.name for each in layers[1].layers]
    page.get_by_text("Inside the layers.").wait_for()

    def says(number: int, epoch: int) -> bool:
        label = charts.locator("figure").nth(number).get_attribute("aria-label")
        update = layers[epoch - 1].layers[number].update
        said = re.search(r"epoch (\d+): update ([\d.]+)", label.replace("\u2212", "-"))
        assert said is not None and update is not None
        return int(said[1]) == epoch and float(said[2]) == pytest.approx(update, rel=6e-3)

    assert says(0, 2) and says(5, 2)  # the newest
    charts.focus()
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: says(0, 1) and says(5, 1), "all charts are read at the first epoch")
    page.keyboard.press("Escape")
    wait_for(lambda: says(0, 2), "the newest again")
    plot = charts.locator("svg.plot").nth(3)
    plot.hover(position=Position(x=40, y=50))
    wait_for(lambda: says(0, 1) and says(3, 1), "the pointer reads the epoch below it")
