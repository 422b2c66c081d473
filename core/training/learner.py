"""What the training loop asks of whatever computes its steps."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np

from core.config import TrainConfig
from core.training.events import BatchDone, EnginesCompared, LayerMeasured
from core.training.team import ALONE, Team


class Learner(Protocol):
    """One network and its optimiser, or the same network in both engines; see the modules beside.

    Weights and the optimiser's memory go in and out as plain NumPy arrays, so that the loop knows
    nothing of torch.
    """

    def train_batch(
        self, photos: np.ndarray, targets: np.ndarray, learning_rate: float, step: int
    ) -> tuple[float, int]:
        """Take one step; return the mean loss before it and how many photos were right.

        ``photos`` (N, S, S, 3) uint8, ``targets`` (N,) float32 the P(class 1) to be learnt. The
        loss is binary cross entropy on the probability; NaN, and no step taken, when it is not
        finite. An answer is right on its target's side of 0.5. Random layers may draw from
        ``step``, the number of steps behind, alone.
        """
        ...

    def measuring(self) -> AbstractContextManager[list[LayerMeasured]]:
        """Measure the one step within the block; the list is filled at its end.

        The step itself is bit for bit what it would be without.
        """
        ...

    def report(self, batch: BatchDone) -> EnginesCompared | None:
        """Say what else is to be told of the step that ``batch`` tells of."""
        ...

    def predict(self, photos: np.ndarray) -> np.ndarray:
        """Return P(class 1) (N,) float32 in evaluation mode.

        With the mistake ``BATCH_NORM_IN_TEST`` batch norm alone is in training mode: it takes mean
        and variance from the batch. What it kept in training stays as it is.
        """
        ...

    def weights(self) -> dict[str, np.ndarray]:
        """Return all weights and statistics by name."""
        ...

    def load_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Copy weights in; ``ValueError`` when they do not fit."""
        ...

    def optimizer_arrays(self) -> dict[str, np.ndarray]:
        """Return the optimiser's memory by name."""
        ...

    def load_optimizer_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy an optimiser's memory in."""
        ...


def build_learner(config: TrainConfig, team: Team = ALONE) -> Learner:
    """Build the network of ``config`` in its engine; all engines start from the same weights.

    The processes of a ``team`` build it at the same time.
    """
    from core.networks.build import build_model, numpy_twin  # torch takes seconds to import

    model = build_model(config.model, config.image_size, config.init, config.seed)
    if config.engine == "numpy":
        from core.training.numpy_learner import NumpyLearner

        return NumpyLearner(numpy_twin(model, config.dtype), config)
    if config.engine == "both":
        from core.training.both_engines import BothEngines

        return BothEngines(model, config)
    if team.size > 1:
        from core.training.team_learner import TeamLearner

        return TeamLearner(model, config, team)
    from core.training.torch_learner import TorchLearner

    return TorchLearner(model, config)
