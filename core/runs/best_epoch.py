"""Which epoch of a training was its best, in the eyes of the test photos."""

from collections.abc import Sequence

from core.training.events import EpochDone


def best_epochs(epochs: Sequence[EpochDone]) -> tuple[EpochDone, EpochDone] | None:
    """Return the epoch of the lowest test loss and that of the highest test accuracy, the first
    of equal ones; None before the first epoch.
    """
    if not epochs:
        return None
    lowest = min(epochs, key=lambda done: done.test_loss)
    return lowest, max(epochs, key=lambda done: done.test_accuracy)
