import base64
import io
import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from core.config import TrainConfig
from core.conftest import small_data
from core.errors import GlassError
from core.exchange.report import report_html
from core.exchange.report.charts import Chart, Line, chart, ticks
from core.exchange.report.pictures import over_photo
from core.exchange.run_files import photos_folder_name
from core.export import main as export
from core.pictures.colour import CLASS_COLOURS
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.worker import Worker

NAME = 'A run <script>alert("x")</script> & more'
VOID = {"meta", "img", "br", "line", "circle", "polyline"}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """Train on noise, whose photos the report will be given."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(folder / "runs"))
        patch.setattr("core.data.load_data", lambda request, progress=None: small_data())
        config = TrainConfig(model="compact", image_size=16, epochs=2, batch_size=8, seed=2)
        run = create_run(config.replace(data=str(folder / "ann" / "pets")), NAME)
        list(Worker(run).events())
    return run


class Page(HTMLParser):
    """Reads a page: its elements, addresses and text, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open += [] if tag in VOID else [tag]
        self.addresses += [v for k, v in attrs if k in ("src", "href", "srcset", "action", "data")]
        assert not any(k.startswith("on") for k, _ in attrs)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


def images(page: Page) -> list[Image.Image]:
    found = [base64.b64decode(each.partition(",")[2]) for each in page.addresses]
    return [Image.open(io.BytesIO(content)) for content in found]


def test_the_report_has_every_part_and_loads_nothing(run):
    html = report_html(run, data=small_data())
    page = Page(html)
    assert not page.open, "every element is closed"
    for part in (
        *("How it learnt", "Right and wrong", "The surest mistakes", "The recipe in full"),
        *("How far its certainty can be believed", "The network", "What made it, and when"),
        *("Loss per batch", "Loss per epoch", "Accuracy per epoch", "What to look for"),
        *("xavier_normal", "conv 24 kernel 5 stride 2 padding 2", "torch"),
    ):
        assert part in page.words, part
    assert not {"script", "link", "iframe", "object", "form", "a"} & set(page.tags)
    assert all(each.startswith("data:image/jpeg;base64,") for each in page.addresses)
    assert "http" not in re.sub(r"http-equiv", "", html) and "url(" not in html
    assert "default-src 'none'" in html and "prefers-color-scheme: dark" in html
    assert len(html) < 2_000_000


def test_a_name_stays_a_name(run):
    page = Page(report_html(run, data=small_data()))
    assert NAME in page.words and "script" not in page.tags


def test_its_recipe_names_the_numbers_that_were_measured_when_it_began(run, monkeypatch):
    config = run.config.replace(dtype="float64")
    monkeypatch.setattr(type(run), "settled", config)
    assert "dtypefloat64" in re.sub(r"\s", "", Page(report_html(run)).words)


def test_its_numbers_are_those_of_the_run(run):
    answers, done = run.test_predictions(2), run.log.epochs()[-1]
    wrong = int(((answers.probabilities >= 0.5) != answers.labels).sum())
    words = Page(report_html(run, data=small_data())).words
    assert f"{wrong} of 12 test photos are answered wrongly after epoch 2" in words
    assert f"{done.test_accuracy * 100:.1f} %" in words and f"{done.test_loss:.3f}" in words
    assert f"after epoch {1}" in Page(report_html(run, 1, small_data())).words


def test_every_photo_is_a_small_jpeg_and_every_mistake_has_its_heat_map(run):
    answers = run.test_predictions(2)
    wrong = int(((answers.probabilities >= 0.5) != answers.labels).sum())
    found = images(Page(report_html(run, data=small_data())))
    assert len(found) == 12 + 2 * wrong  # each photo once, each mistake again with its map
    for picture in found:
        assert picture.format == "JPEG" and max(picture.size) <= 180 and not picture.getexif()


def test_without_its_photos_it_says_so_and_has_the_rest(run):
    page = Page(report_html(run))
    assert "The photos are not in this report." in page.words and not page.addresses
    assert "The recipe in full" in page.words and "Loss per batch" in page.words
    place = run.config.data
    assert place not in page.words and photos_folder_name(place) in page.words


def test_before_the_first_epoch_there_is_nothing_to_report(run, runs_folder):
    fresh = create_run(run.config)
    with pytest.raises(GlassError, match="nothing to report before the end of its first epoch"):
        report_html(fresh)
    with pytest.raises(GlassError, match="no answers to its test photos for epoch 7"):
        report_html(run, 7)


def test_the_command_writes_it(run, tmp_path, capsys):
    path = tmp_path / "report.html"
    assert export([str(run.path), "--report", str(path), "--epoch", "1"]) == 0
    assert "opens in any browser" in capsys.readouterr().out
    assert "after epoch 1" in path.read_text()
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    assert export([str(tmp_path / "none"), "--report", str(path)]) == 2


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 0.47, [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (1, 30, [0, 10, 20, 30]),
        (0, 0, [0, 0.2]),
    ],
)
def test_ticks_are_round_and_hold_everything(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)
    assert ticks(1, 2, whole=True) == [1, 2]


def test_a_chart_has_axes_names_and_gaps():
    drawn = Chart(
        "Loss <1>",
        "epoch",
        "loss",
        [Line("train", [1, 2, 3, 4], [0.5, float("nan"), 0.2, 9.0], "train", markers=True)],
        "Look.",
        top=1.0,
        marks=[(2.0, "rate 0.1 & less")],
    )
    svg = chart(drawn)
    assert svg.count("<polyline") == 2 and "Loss &lt;1&gt;" in svg and "less" in svg
    assert svg.count("<circle") == 3 + 1  # and one in the legend
    assert ">epoch</text>" in svg and ">loss</text>" in svg
    assert "Cut off above the top: 1 points, up to 9" in svg
    assert "No points yet" in chart(Chart("Empty", "x", "y", [Line("a", [], [], "train")], ""))


def test_evidence_colours_what_it_speaks_of_and_leaves_the_rest_grey():
    pixels = np.full((4, 4, 3), (10, 200, 30), np.uint8)
    values = np.array([[1.0, -1.0, 0.0, np.nan]] * 4)
    laid = over_photo(pixels, values, 1.0)
    for column, colour in ((0, CLASS_COLOURS[1]), (1, CLASS_COLOURS[0])):
        wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
        grey = laid[0, 2].astype(float)
        np.testing.assert_allclose(laid[0, column], 0.2 * grey + 0.8 * wanted, atol=1)
    assert len(set(laid[0, 2].tolist())) == 1 and (laid[:, 2] == laid[:, 3]).all()
