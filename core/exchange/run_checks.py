"""A run that was unpacked, checked as a whole: do its parts belong together, can it go on?"""

from typing import Any, Final

import numpy as np

from core.architecture.library import canonical
from core.config import TrainConfig
from core.errors import ConfigError, ExchangeError, ModelError
from core.networks.classifier import Classifier, network_of
from core.records import is_count, is_number, is_share
from core.runs.checkpoints import Checkpoint
from core.runs.predictions import predicted_epochs, read_predictions
from core.runs.run import Run
from core.training.state import SAVED, build_state

MISFITS: Final = (ModelError, ValueError, KeyError, IndexError, TypeError, RuntimeError)
"""What loading a memory raises that is not this network's."""


def check_run(run: Run) -> None:
    """Raise ``ExchangeError`` or ``ModelError`` unless all parts of a run can be used."""
    positions = run.checkpoints.positions()
    if not positions:
        raise ExchangeError("This run has no weights: nothing could be done with it.")
    for position in positions:
        checkpoint = run.checkpoints.load(position)
        check_checkpoint(run, checkpoint)
        if position == positions[-1]:
            check_memory(run, checkpoint)
    for epoch in predicted_epochs(run.path):
        check_answers(run, epoch)


def check_checkpoint(run: Run, checkpoint: Checkpoint) -> None:
    """Weights must fit the network that they and the run name, and be finite."""
    facts, config, where = checkpoint.facts, run.config, f"{checkpoint.position.name}.json"
    classifier = Classifier(checkpoint.weights, facts, where)
    if canonical(network_of(facts)) != config.model or facts["image_size"] != config.image_size:
        raise ExchangeError(f"{where} names another network than the run's config.")
    if run.classes != classifier.classes:
        raise ExchangeError(f"{where} names other classes than the run's config.")
    here = checkpoint.position
    if (facts.get("epoch"), facts.get("step")) != (here.epoch, here.step):
        raise ExchangeError(f"{where} is of another epoch than its name says.")
    check_state(facts.get("state"), where)
    if not is_share(facts.get("accuracy", 0.0)):
        raise ExchangeError(f"{where} must tell its accuracy as a share from 0 to 1.")
    try:
        TrainConfig.from_dict(facts.get("recipe") or {})
    except (ConfigError, TypeError) as error:
        raise ExchangeError(f"{where} has a recipe that cannot be used. {error}") from error


def check_state(state: Any, where: str) -> None:  # noqa: ANN401 - any JSON
    """Where a training goes on from must be numbers."""
    good = isinstance(state, dict) and set(state) == set(SAVED)
    if not good or not all(is_number(state[name]) for name in SAVED):
        raise ExchangeError(f"{where} does not say where the training would go on.")
    whole = ("epoch", "step", "right", "images")
    if not all(is_count(state[name]) for name in whole):
        raise ExchangeError(f"{where} must count epochs and batches in whole numbers.")


def check_memory(run: Run, checkpoint: Checkpoint) -> None:
    """The newest weights must go into a training, and the optimiser's memory into its optimiser."""
    shapes = {array.shape for array in checkpoint.weights.values()} | {(), (1,)}
    for name, array in checkpoint.optimizer.items():
        if array.shape not in shapes or not np.isfinite(array).all():
            raise ExchangeError(f"The optimiser's {name} is not of this network, or not finite.")
    config = run.settled
    dtype = "float32" if config.dtype == "auto" else config.dtype
    try:
        state = build_state(config.replace(dtype=dtype, device="cpu"))
        state.load(checkpoint.weights, checkpoint.optimizer)
        state.restore(checkpoint.facts["state"])
    except MISFITS as error:
        raise ExchangeError("The optimiser's memory does not fit the run's network.") from error


def check_answers(run: Run, epoch: int) -> None:
    """The answers of an epoch must be probabilities for the run's test photos."""
    if read_predictions(run.path, epoch).classes != run.classes:
        raise ExchangeError("Its test_photos.json names other classes than the run's config.")
