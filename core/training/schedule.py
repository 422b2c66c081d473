"""The arithmetic of a training that no engine should do twice: steps, learning rate, pace."""

import math
from collections import deque

WARM_UP = 0.05
"""Share of all steps in which the cosine schedule climbs to its peak."""


def learning_rate_at(schedule: str, peak: float, step: int, total: int) -> float:
    """Return the learning rate of the step that has ``step`` of ``total`` steps behind it.

    ``constant`` stays at the peak. ``cosine`` climbs in a straight line for the first 5 % of the
    steps and then follows half a cosine to 0 (Loshchilov and Hutter, 2017, without restarts).
    """
    if schedule == "constant":
        return peak
    climb = max(1, round(total * WARM_UP))
    if step < climb:
        return peak * (step + 1) / climb
    done = (step - climb) / max(1, total - climb)
    return peak * 0.5 * (1 + math.cos(math.pi * done))


class Pace:
    """Images per second over the latest steps, and the time that is left.

    It is fed durations from a monotonic clock, so neither a pause nor a changed wall clock counts.
    """

    WINDOW = 20

    def __init__(self) -> None:
        self.batches: deque[tuple[int, float]] = deque(maxlen=self.WINDOW)
        self.test_seconds: float | None = None

    def add(self, images: int, seconds: float) -> None:
        """Count one training step."""
        self.batches.append((images, seconds))

    def images_per_second(self) -> float:
        """Return the pace of the latest steps; 0 before the first one."""
        seconds = sum(seconds for _, seconds in self.batches)
        return sum(images for images, _ in self.batches) / seconds if seconds else 0.0

    def seconds_left(self, train_images: int, tests: int, test_images: int) -> float:
        """Estimate the seconds for so many photos to train on and ``tests`` whole tests.

        Until a test was timed, a photo is taken to be tested in a third of its training time,
        since a backward pass costs about two forward passes.
        """
        pace = self.images_per_second()
        if not pace:
            return 0.0
        test_seconds = self.test_seconds
        if test_seconds is None:
            test_seconds = test_images / (3 * pace)
        return train_images / pace + tests * test_seconds
