"""Where a person changed the learning rate of a run, in the words of its curves."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.runs.run import Run
from core.training.events import LearningRateChanged


@dataclass(frozen=True)
class RateChange:
    """The learning rate, which is the schedule's peak, went from ``before`` to ``after`` by hand.

    ``batches`` of the whole run lie behind it, which are so many ``epochs``: 2.5 is the middle of
    the third one.
    """

    batches: int
    epochs: float
    before: float
    after: float

    @property
    def words(self) -> str:
        """The change as a label: "rate 0.0005 → 0.0001"."""
        return f"rate {self.before:g} → {self.after:g}"


def rate_changes(run: Run) -> list[RateChange]:
    """Return the changes of a run's learning rate that count, in order."""
    return chain(run.config.learning_rate, run.log.learning_rates(), run.log.steps_per_epoch())


def chain(first: float, logged: Iterable[LearningRateChanged], steps: int) -> list[RateChange]:
    """Say of each change from which rate it came, where an epoch has ``steps`` batches.

    Several between the same two batches are one, and what changed nothing is none.
    """
    newest: dict[tuple[int, int], float] = {}
    for each in logged:
        newest[each.epoch, each.step] = each.learning_rate
    changes, rate = [], first
    for (epoch, step), after in newest.items():
        if after != rate:
            epochs = epoch + step / max(1, steps)
            changes.append(RateChange(epoch * steps + step, epochs, rate, after))
        rate = after
    return changes
