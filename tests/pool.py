"""A pool of workers in which nothing is trained."""

from dataclasses import dataclass

from core.runs.run import Run


@dataclass
class Pool:
    """A pool of workers that only remembers what it was told to train."""

    begun: list[Run]

    def start(self, run: Run) -> None:
        """Remember a run."""
        self.begun.append(run)
