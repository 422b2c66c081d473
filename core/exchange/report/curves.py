"""The curves of a run as charts."""

from collections.abc import Sequence

import numpy as np

from core.exchange.report.charts import Chart, Line
from core.networks.calibration import bins_of
from core.pictures.curves import smooth, thin
from core.pictures.limits import loss_limit
from core.runs.curves import curves_of
from core.runs.predictions import Predictions
from core.runs.rate_changes import rate_changes
from core.runs.run import Run
from core.runs.verdict import best_learnt, judge
from core.training.events import EpochDone
from core.wording import percent

POINTS = 600


def curve_charts(run: Run) -> list[Chart]:
    """Return the loss of every batch, and loss and accuracy after every epoch."""
    curves = curves_of(run)
    epochs = curves.epochs
    changes = [(change.epochs, change.words) for change in rate_changes(run)]
    best = best_learnt(curves)
    losses = np.array([loss for done in epochs for loss in (done.train_loss, done.test_loss)])
    lowest = [(float(best[0].epoch), f"lowest {best[0].test_loss:.3f}")] if best else []
    highest = [(float(best[1].epoch), f"best {percent(best[1].test_accuracy)}")] if best else []
    return [
        batch_chart(run),
        Chart(
            "Loss per epoch",
            "epoch",
            "binary cross entropy",
            train_and_test(epochs, "loss"),
            "What to look for: both should fall. When test rises while train still falls, the "
            "network is learning its training photos by heart.",
            top=loss_limit(losses) if len(losses) else None,
            marks=[*changes, *lowest],
        ),
        Chart(
            "Accuracy per epoch",
            "epoch",
            "share right",
            train_and_test(epochs, "accuracy"),
            "What to look for: test is what counts, on photos that were never trained on. Half is "
            "what guessing gets right.",
            shares=True,
            marks=[*changes, *highest],
        ),
    ]


def batch_chart(run: Run) -> Chart:
    """Return the loss of every batch with its smoothed line."""
    losses = run.log.batch_losses()
    steps, values = thin(losses.steps, losses.losses, POINTS)
    calm_steps, calm = thin(losses.steps, smooth(losses.losses), POINTS)
    return Chart(
        "Loss per batch",
        "batch",
        "binary cross entropy",
        [
            Line("each batch", steps.tolist(), values.tolist(), "batch", width=0.8),
            Line("smoothed", calm_steps.tolist(), calm.tolist(), "train", width=2.5),
        ],
        "What to look for: the smoothed line should fall. Single batches jump, since each has "
        "other photos. At 0.693 the network is guessing.",
        top=loss_limit(losses.losses),
        marks=[(float(change.batches), change.words) for change in rate_changes(run)],
    )


def train_and_test(epochs: Sequence[EpochDone], name: str) -> list[Line]:
    """Return train and test after each epoch."""
    numbers = [float(done.epoch) for done in epochs]
    return [
        Line("train", numbers, [getattr(done, f"train_{name}") for done in epochs], "train"),
        Line("test", numbers, [getattr(done, f"test_{name}") for done in epochs], "test", 2, True),
    ]


def calibration_chart(answers: Predictions) -> Chart:
    """Return what the network promised against what came true."""
    promised, kept, counts = bins_of(answers.probabilities, answers.labels)
    listed = ", ".join(map(str, counts))
    return Chart(
        "Certainty and truth",
        "certainty of the answers",
        "share of them right",
        [
            Line("as promised", [0.5, 1.0], [0.5, 1.0], "plain", 1, dashes="5 4"),
            Line("as it was", promised.tolist(), kept.tolist(), "test", 2, True),
        ],
        "What to look for: points below the dashed line promised more than they kept. From left "
        f"to right they stand for {listed} photos; few photos say little.",
        shares=True,
        x_range=(0.5, 1.0),
    )


def verdict_sentence(run: Run) -> str:
    """Return what the curves come to."""
    return judge(curves_of(run)).sentence
