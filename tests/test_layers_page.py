"""What the Train page says of the inside of a network, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from core.architecture.library import layers_of, text_of
from core.config import TrainConfig
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.worker import Worker
from core.training.blocks import blocks_of
from core.training.events import LayerMeasured, LayersMeasured
from pages.parts.train.layers import LINES, MOST_EPOCHS, chart_of, mean_text, thinned
from tests.test_pages import texts, train_page  # noqa: F401 - fixtures

BARE = text_of("article").replace("batchnorm\n", "")
CONFIG = TrainConfig(
    model=BARE, epochs=2, batch_size=16, image_size=80, train_per_class=16, test_per_class=4
)


def look_at(page: AppTest, run: Run) -> str:
    page.query_params["run"] = run.id
    page.run()
    assert not page.exception
    return texts(page)


def test_it_says_which_layer_is_wrong_and_what_is_missing(train_page):  # noqa: F811
    run = create_run(CONFIG)
    list(Worker(run).events())
    said = look_at(train_page, run)
    assert "**Inside the layers.**" in said
    assert "Without batch norm the activations fade" in said
    assert "Batch norm after each convolution would hold it near 0\\.6" in said
    assert "What to look for: updates within the band" in said


def test_a_run_without_measurements_shows_none(train_page):  # noqa: F811
    run = create_run(CONFIG.replace(model="article", epochs=1))
    list(Worker(run).events())
    log = run.path / "events.jsonl"
    lines = [line for line in log.read_text().splitlines(True) if '"layers"' not in line]
    log.write_text("".join(lines))
    said = look_at(train_page, run)
    assert "Test pictures after epoch 1" in said and "Inside the layers" not in said


@pytest.mark.parametrize("count", [0, 1, MOST_EPOCHS, 1000])
def test_a_long_history_is_thinned_to_what_can_be_told_apart(count):
    history = [LayersMeasured(epoch, 1, 8, ()) for epoch in range(1, count + 1)]
    epochs = [each.epoch for each in thinned(history)]
    assert len(epochs) == len(set(epochs)) == min(count, MOST_EPOCHS)
    assert epochs[:1] == [1][:count] and epochs[-1:] == [count][:count]


def test_a_layers_chart_holds_three_digits_and_what_its_activation_has_of_its_own():
    first, *_, last = blocks_of(layers_of("article", 96))
    measured = [LayerMeasured("Conv 1", 0.0123456, None, 0.4, 0.6, dead=0.25)]
    chart = chart_of(first, measured)
    assert [chart.values[line.key] for line in LINES] == [(None,), (0.0123,), (0.6,)]
    assert chart.words == ("mean 0.4, 25.0 % dead",)
    # Sure answers are nothing bad.
    sure = [LayerMeasured("Linear 2", 0.1, 0.1, 0.5, 0.4, saturated=0.9)]
    assert chart_of(last, sure).words == ("mean 0.5",)


def test_a_mean_is_written_as_the_numbers_beside_it():
    means = (0.0, 0.4, -0.0123, 0.001, 0.0004, -0.00069, 1e-12, 120.0)
    assert [mean_text(each) for each in means] == [
        *("0", "0.4", "−0.012", "0.001", "4.0e−4", "−6.9e−4", "1.0e−12", "1.2e+2")
    ]
