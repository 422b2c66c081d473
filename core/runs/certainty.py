"""What a run knows of its own certainty, measured on its test photos and kept with its weights."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import RunError
from core.mistakes import Mistake
from core.networks.calibration import fit_temperature, measure_certainty
from core.networks.weight_files import add_facts
from core.runs.predictions import read_predictions, read_test_labels, write_predictions
from core.runs.verdict import best_epoch

if TYPE_CHECKING:
    from core.data import Data
    from core.runs.checkpoints import Position
    from core.runs.run import Run


def keep_answers(run: "Run", epoch: int, probabilities: np.ndarray) -> None:
    """Write down the answers to the test photos, with the temperature that suits them."""
    temperature = 1.0
    if believable(run):
        temperature = fit_temperature(probabilities, read_test_labels(run.path))
    write_predictions(run.path, epoch, probabilities, temperature)


def believable(run: "Run") -> bool:
    """Tell whether the answers in the test are those the network gives when it is asked.

    With batch norm in training mode in the test they are not.
    """
    return Mistake.BATCH_NORM_IN_TEST not in run.config.mistakes


def certainty_facts(run: "Run", position: "Position") -> dict[str, Any]:
    """Return what a checkpoint says of its certainty.

    That is nothing in the middle of an epoch, and where its answers were lost.
    """
    if position.step or not position.epoch or not believable(run):
        return {}
    try:
        answers = read_predictions(run.path, position.epoch, raw=True)
    except RunError:
        return {}
    return {"certainty": measure_certainty(answers.probabilities, answers.labels).to_dict()}


def add_likeness(run: "Run", data: "Data", between: Callable[[], None]) -> None:
    """Teach the newest and the best weights of a finished run what is unlike all it learnt.

    ``between`` is called every moment; what it raises ends this.
    """
    from core.runs.checkpoints import Position
    from core.training.learn_likeness import learn_likeness, prepare_lesson

    best = best_epoch(run)
    epochs = {*run.checkpoints.epochs()[-1:], *([] if best is None else [best])}
    lesson = prepare_lesson(data.train, data.test, run.config.mistakes, between)
    for epoch in sorted(epochs):
        found = learn_likeness(run.classifier(epoch).model, lesson, between)
        if found is not None:
            path = run.checkpoints.path(Position(epoch))
            add_facts(path, {"likeness": found.to_dict()})
