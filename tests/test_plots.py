"""The figures that stand still: the numbers in them, what they say when pointed at, their names."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config import TrainConfig
from core.explain import scores
from core.runs.event_log import EventLogWriter
from core.runs.listing import create_run
from core.runs.predictions import Predictions
from core.training.events import Begun, EpochDone, LearningRateChanged
from pages.parts.feature_maps.mistakes import CURVES
from pages.parts.shared.figure_axes import whole_step
from pages.parts.shared.line_chart import Chart, Mark, Series
from pages.parts.shared.plots import (
    calibration_figure,
    line_figure,
    precision_recall_figure,
    roc_figure,
)
from pages.parts.train.compare import comparison_chart, result, table, what_to_look_for
from pages.parts.train.comparison_figure import comparison_figure, stripes

ROOT = Path(__file__).parent.parent
LABELS = np.array([0, 0, 0, 1, 1, 1, 1, 0])
ANSWERS = np.array([0.1, 0.4, 0.62, 0.35, 0.8, 0.9, 0.93, 0.95], dtype=np.float32)


def epoch(number: int, accuracy: float) -> EpochDone:
    return EpochDone(number, 0.5, accuracy, 0.6, accuracy, seconds=1.0)


def chart(y_format="number", y=(0.9, 0.8, None), name="test", x_label="epoch") -> Chart:
    series = Series(name, [1, 2, 3], y, "#00805F", markers=True)
    return Chart("Loss per epoch", [series], x_label=x_label, y_label="loss", y_format=y_format)


def test_a_line_has_the_charts_numbers_names_and_height():
    figure = line_figure(chart())
    (trace,) = figure.data
    assert list(trace.x) == [1, 2, 3]
    assert list(trace.y) == [0.9, 0.8, None]
    assert (trace.name, trace.line.color, trace.mode) == ("test", "#00805F", "lines+markers")
    assert trace.hovertemplate == "%{fullData.name}: %{y:.3g}<extra></extra>"
    assert figure.layout.title.text == "Loss per epoch"
    assert figure.layout.xaxis.title.text == "epoch"
    assert figure.layout.xaxis.unifiedhovertitle.text == "epoch %{x}"
    assert figure.layout.yaxis.title.text == "loss"
    assert figure.layout.height == 240 + 28  # as high as the canvas with its title


def test_shares_are_drawn_and_told_as_per_cent():
    figure = line_figure(chart("percent", (0.5, 0.8125, None)))
    assert list(figure.data[0].y) == [50.0, 81.25, None]
    assert figure.data[0].hovertemplate == "%{fullData.name}: %{y:.1f} %<extra></extra>"
    assert figure.layout.yaxis.ticksuffix == " %"


@pytest.mark.parametrize(("span", "step"), [(0, 1), (15, 1), (16, 2), (59, 5), (499, 50)])
def test_epochs_have_whole_ticks_and_few_enough(span, step):
    assert whole_step(span) == step


def test_an_epoch_axis_counts_and_another_does_not():
    assert line_figure(chart()).layout.xaxis.dtick == 1
    assert line_figure(chart(x_label="batch")).layout.xaxis.dtick is None


def test_the_axis_begins_at_zero_only_where_that_costs_no_detail():
    assert line_figure(chart(y=(0.9, 0.1, 0.5))).layout.yaxis.rangemode == "tozero"
    assert line_figure(chart(y=(0.9, 0.8, 0.85))).layout.yaxis.rangemode is None


def test_a_spike_is_cut_off_and_a_triangle_says_how_high_it_is():
    spiky = replace(chart(y=(9.0, 0.7, 0.5)), y_limit=1.2)
    figure = line_figure(spiky)
    assert figure.layout.yaxis.range == (0, 1.2)
    triangles = figure.data[1]
    assert (list(triangles.x), list(triangles.y), list(triangles.text)) == ([1], [1.2], [" ↑ 9 "])
    assert "above the chart" in triangles.hovertemplate
    whole = line_figure(replace(spiky, y_log=True))
    assert whole.layout.yaxis.type == "log" and len(whole.data) == 1


def test_a_change_is_a_labelled_line_and_the_best_point_a_ring():
    marks = [Mark(1.5, "rate 0.1 → 0.01"), Mark(2, "lowest 0.8", 0.8)]
    figure = line_figure(replace(chart(), marks=marks))
    (label,) = figure.layout.annotations
    assert (label.text, label.x) == ("rate 0.1 → 0.01", 1.5)
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(1.5, 1.5)]
    assert figure.layout.yaxis.range[1] > 0.9 + 0.01  # the label stands above the line
    ring = figure.data[1]
    assert (list(ring.x), list(ring.y)) == ([2], [0.8]) and ring.name == "lowest 0.8"
    shares = replace(chart("percent"), marks=[Mark(1, "best", 0.9)])
    assert list(line_figure(shares).data[1].y) == [90]


def test_a_single_point_is_seen_and_no_point_is_told():
    one = Chart("t", [Series("a", [1], [0.5], "#000000")], x_label="epoch", y_label="loss")
    assert line_figure(one).data[0].mode == "lines+markers"
    none = Chart("t", [], x_label="epoch", y_label="loss", empty="Nothing yet.")
    assert line_figure(none).layout.annotations[0].text == "Nothing yet."


def test_a_name_is_no_markup_and_fits():
    name = line_figure(chart(name="<a href='x'>" + "long" * 17)).data[0].name
    assert name.startswith("&lt;a href=&#x27;x&#x27;&gt;long") and "…" in name


def test_identical_runs_are_told_apart():
    done = [epoch(1, 0.5), epoch(2, 0.75)]
    names = ["one", "two", "three", "four", "five"]
    compared = comparison_chart("Test accuracy", [(name, done) for name in names])
    figure = comparison_figure(compared)
    assert [trace.name for trace in figure.data] == names
    assert all(list(trace.y) == [50.0, 75.0] for trace in figure.data)
    for look in (
        [trace.line.dash for trace in figure.data],
        [trace.line.color for trace in figure.data],
        [trace.marker.symbol for trace in figure.data],
    ):
        assert len(set(look)) == len(names)
    widths = [trace.line.width for trace in figure.data]
    assert widths == sorted(widths, reverse=True) and widths[0] > widths[-1]
    assert figure.layout.height == line_figure(compared).layout.height
    assert figure.layout.showlegend is False  # its names stand below and take no room from it
    assert "their curves are equal: one and two and three" in what_to_look_for(compared)
    canvas = [series.width for series in compared.series]
    assert canvas == sorted(canvas, reverse=True) and len(set(canvas)) == len(names)


def test_the_legend_has_a_lines_colour_and_dashes():
    figure = comparison_figure(
        comparison_chart("Test loss", [(name, [epoch(1, 0.5)]) for name in "ab"])
    )
    colours = [trace.line.color for trace in figure.data]
    assert stripes(figure.data[0].line) == f"repeating-linear-gradient(90deg, {colours[0]} 0px 9px)"
    assert f"{colours[1]} 0px 9px, transparent 9px 14px" in stripes(figure.data[1].line)


def test_what_people_ask_for_stands_first_in_the_table(tmp_path):
    run = create_run(TrainConfig(), path=tmp_path / "run")
    log = EventLogWriter(run.path / "events.jsonl")
    changed = LearningRateChanged(1, 2, 1e-4)
    for event in (Begun(0, 0, 4, 5e-4), epoch(1, 0.9), changed, epoch(2, 0.8)):
        log.add(event)
    log.close()
    assert list(result(run, "rate 0.0005").items())[:4] == [
        ("best test accuracy", "90.0 %"),
        ("what differs", "rate 0.0005"),
        ("minutes", "0.0"),
        ("rate changed by hand", "rate 0.0005 → 0.0001, epoch 2"),
    ]


def test_a_column_holds_what_differs_and_a_sentence_what_does_not(tmp_path):
    runs = [
        create_run(TrainConfig(learning_rate=rate), path=tmp_path / f"{rate}")
        for rate in (0.001, 0.0001)
    ]
    rows, same = table(runs)
    assert [row["learning rate"] for row in rows] == ["0.001", "0.0001"]
    assert "rate changed by hand" not in rows[0] and "seed" not in rows[0]  # nobody did, nor chose
    assert "rate" not in same and same.endswith("seed 0")
    rows, same = table(runs[:1])
    assert "rate 0.001" in same and "best test accuracy" in rows[0]


def test_twelve_runs_look_like_twelve():
    runs = [(str(number), [epoch(1, 0.5)]) for number in range(12)]
    figure = comparison_figure(comparison_chart("Test loss", runs))
    looks = {(trace.line.color, trace.line.dash) for trace in figure.data}
    assert len(looks) == 12


def test_the_roc_is_the_one_of_core_and_says_thresholds():
    curve = scores.roc_curve(LABELS, ANSWERS)
    at = scores.confusion(LABELS, ANSWERS, 0.5)
    figure = roc_figure(curve, at, 0.5, "cat")
    run, guessing, here = figure.data
    np.testing.assert_array_equal(run.x, curve.x)
    np.testing.assert_array_equal(run.y, curve.y)
    assert list(guessing.x) == list(guessing.y) == [0, 1]
    assert (here.x[0], here.y[0]) == (0.5, at.recall)
    told = "cat from P = 0.50 on:<br>75.0 % of cat found,<br>50.0 % of the others called cat"
    assert list(here.text) == [told]
    assert len(run.text) == len(curve.x)
    assert run.text[1].startswith("cat from P = 0.95 on:")
    assert run.hovertemplate == here.hovertemplate == "%{text}<extra></extra>"
    assert figure.layout.xaxis.title.text == "share of the others called cat"
    assert figure.layout.yaxis.title.text == "share of cat found"


def test_the_strictest_end_of_the_roc_calls_nothing():
    curve = scores.roc_curve(LABELS, ANSWERS)
    figure = roc_figure(curve, scores.confusion(LABELS, ANSWERS), 0.5, "cat")
    assert figure.data[0].text[0].startswith("nothing called cat:")


def test_precision_and_recall_are_those_of_core():
    curve = scores.precision_recall_curve(LABELS, ANSWERS)
    at = scores.confusion(LABELS, ANSWERS, 0.5)
    figure = precision_recall_figure(curve, at, 0.5, "cat", 0.5)
    run, guessing, here = figure.data
    np.testing.assert_array_equal(run.x, curve.x)
    np.testing.assert_array_equal(run.y, curve.y)
    assert list(guessing.y) == [0.5, 0.5]
    assert (here.x[0], here.y[0]) == (at.recall, at.precision)
    assert here.text[0].endswith("60.0 % of those called cat right")
    assert figure.layout.xaxis.title.text == "recall: share of cat found"


def test_without_any_cat_called_the_threshold_has_no_point():
    curve = scores.precision_recall_curve(LABELS, ANSWERS)
    at = scores.confusion(LABELS, ANSWERS, 0.99)
    figure = precision_recall_figure(curve, at, 0.99, "cat", 0.5)
    assert list(figure.data[2].y) == [None]


def test_calibration_has_cores_points_with_their_intervals():
    found = scores.calibration(LABELS, ANSWERS)
    figure = calibration_figure(found, "<cat>")
    promised, run = figure.data
    assert list(promised.x) == list(promised.y) == [0, 1]
    np.testing.assert_array_equal(run.x, found.predicted)
    np.testing.assert_array_equal(run.y, found.observed)
    np.testing.assert_allclose(np.add(run.y, run.error_y.array), found.high)
    np.testing.assert_allclose(np.subtract(run.y, run.error_y.arrayminus), found.low)
    assert run.text[-1].startswith("said 0.94 on average:<br>50.0 % of 2 photos are &lt;cat&gt;")
    assert figure.layout.yaxis.title.text == "share that is &lt;cat&gt;"


@pytest.mark.parametrize("kind", list(CURVES))
def test_every_curve_comes_with_what_to_look_for(kind):
    names = tuple(f"{n}.png" for n in range(len(LABELS)))
    predictions = Predictions(1, ANSWERS, LABELS.astype(np.uint8), names, ("dog", "cat"))
    figure, note = CURVES[kind](predictions, 0.5)
    assert figure.layout.title.text == kind
    assert len(note) > 40


def test_plotlys_classes_wait_for_the_first_figure():
    """Streamlit itself brings the package's frame; its large modules load when a name is used."""
    code = (
        "import sys, pages.parts.train.curves, pages.parts.train.results, "
        "pages.parts.feature_maps.mistakes; print('plotly.graph_objs._figure' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
