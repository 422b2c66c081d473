"""Trains both engines side by side in the worker process; ``core.worker`` calls it for a pair."""

from core.events import BatchDone, Event
from core.history import EventWriter
from core.parity.pair import Pair
from core.runs import Run
from core.training import TrainingState
from core.worker import Worker


class PairWorker(Worker):
    """A worker whose learner is a pair, and which writes down after each step how far they are."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.pair: Pair | None = None

    def build_state(self) -> TrainingState:
        """Build both networks with the same weights."""
        config = self.run.config
        self.pair = Pair(config, self.run.record["dtype"])
        return TrainingState(self.pair, config.learning_rate)

    def keep(self, event: Event, state: TrainingState, writer: EventWriter) -> None:
        """Compare the engines after a batch; then save as any worker does."""
        if isinstance(event, BatchDone) and self.pair is not None:
            writer.add(self.pair.newest(event))
        super().keep(event, state, writer)
