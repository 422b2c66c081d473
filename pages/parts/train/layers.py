"""Inside a network while it learns: what was measured in each layer, an epoch after the other."""

from collections.abc import Sequence

import streamlit as st

from core.runs.diagnosis import Diagnosis, diagnosis_of, measured_layers
from core.runs.findings import LARGEST_UPDATE, SMALLEST_UPDATE
from core.runs.run import Run
from core.training.blocks import Block
from core.training.events import LayerMeasured, LayersMeasured
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.watched import while_seen
from pages.parts.shared.words import escape_markdown, percent, typeset
from pages.parts.train.layer_charts import LayerChart, Line, layer_charts
from pages.parts.train.results import look_again_seconds

LINES = (
    Line("update", "update: a step's change of the weights, as a share of them", "#C77700", 2.5),
    Line("gradient", "gradient of a weight, root mean square", "#8A6FD1"),
    Line("spread", "spread (standard deviation) of what goes out", "#3C8DBC", dashed=True),
)
MOST_EPOCHS = 40
"""More points than that cannot be told apart in a chart this small."""
SELDOM = 2.0
"""So many times more seldom than right and wrong: every look takes time from the training."""


def show_layers(run: Run) -> None:
    """Draw one small chart a layer, anew with the epochs of a training.

    Nothing of a run that ended without any measurement, such as one of an older version.
    """
    status = run.status()
    if not status.active and not measured_layers(run)[1]:
        return
    pace = look_again_seconds(status)
    seldom = None if pace is None else while_seen(SELDOM * pace)
    redrawn(lambda: draw_layers(run), every=seldom, key=f"layers-{run.id}")
    st.caption(
        "What to look for: updates within the band, about a thousandth (1e-3) of the weights, and "
        "spreads that neither fade nor grow from layer to layer. All charts have one log scale; "
        "the numbers at the lines say how large a step upwards is. Adam and Muon keep updates "
        "alike even where gradients are not. Measured in the last whole batch of each epoch; a "
        "dead channel is zero everywhere for all photos of that batch."
    )


def draw_layers(run: Run) -> None:
    """Say what the layers come to, and draw them."""
    blocks, measured = measured_layers(run)
    history = thinned(measured)
    with st.container(key="diagnosis"):
        st.markdown(f"**Inside the layers.** {told(diagnosis_of(run))}")
    layer_charts(
        [
            chart_of(block, [each.layers[place] for each in history])
            for place, block in enumerate(blocks)
        ],
        [each.epoch for each in history],
        LINES,
        (SMALLEST_UPDATE, LARGEST_UPDATE),
        key=f"layer-charts-{run.id}",
    )


def told(diagnosis: Diagnosis | None) -> str:
    """Say the diagnosis, a line for each sentence when there are several."""
    if diagnosis is None:
        return "The first measurements come with the end of the first epoch."
    icon = "" if diagnosis.healthy else ":material/warning: "
    return "  \n".join(icon + escape_markdown(each) for each in diagnosis.sentences)


def thinned(history: Sequence[LayersMeasured]) -> list[LayersMeasured]:
    """Keep epochs at even distances, the first and the newest among them."""
    count = min(len(history), MOST_EPOCHS)
    last = len(history) - 1
    return [history[round(place * last / max(1, count - 1))] for place in range(count)]


def chart_of(block: Block, measured: Sequence[LayerMeasured]) -> LayerChart:
    """Return one layer's chart."""
    values = {
        line.key: tuple(rounded(getattr(each, line.key)) for each in measured) for line in LINES
    }
    return LayerChart(block.name, values, tuple(words_of(block, each) for each in measured))


def rounded(value: float | None) -> float | None:
    """Return three digits, which is all that is read."""
    return None if value is None else float(f"{value:.3g}")


def words_of(block: Block, measured: LayerMeasured) -> str:
    """Say the mean, and what the activation has of its own."""
    parts = [] if measured.mean is None else [f"mean {mean_text(measured.mean)}"]
    if measured.dead is not None:
        parts.append(f"{percent(measured.dead)} dead")
    if measured.saturated is not None and not block.answers:
        parts.append(f"{percent(measured.saturated)} saturated")
    return ", ".join(parts)


def mean_text(mean: float) -> str:
    """Write a mean as the numbers beside it: two digits, with an exponent below 0.001."""
    return typeset(f"{mean:.1e}" if 0 < abs(mean) < 1e-3 else f"{mean:.2g}")
