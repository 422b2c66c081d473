"""What happens while a network learns, as frozen values and as lines of JSON.

``BatchDone``, ``EnginesCompared``, ``LayersMeasured``, ``EpochDone``, ``Evaluating`` and
``Diverged`` count as people do: the epoch and the step they speak of, from 1. ``Begun``,
``LearningRateChanged`` and ``Stopped`` stand between two batches and say what is behind them:
``epoch`` whole epochs and ``step`` batches of the next one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.records import read_record


@dataclass(frozen=True)
class Begun:
    """A worker took the run up here, at epoch 0, step 0 when it is new.

    What the log holds after that position is superseded: it was lost with an earlier worker.
    ``steps`` are the batches of an epoch.
    """

    epoch: int
    step: int
    steps: int
    learning_rate: float
    note: str = ""


@dataclass(frozen=True)
class BatchDone:
    """One optimiser step; ``loss`` and ``accuracy`` are the batch's, before the step."""

    epoch: int
    step: int
    steps: int
    loss: float
    accuracy: float
    learning_rate: float
    images: int
    images_per_second: float
    seconds_left: float


@dataclass(frozen=True)
class EnginesCompared:
    """A step of both engines on the same batch; its ``BatchDone`` comes right behind.

    Losses are the batch's before the step; ``weight_difference`` is the largest one between the
    engines' weights after it, in the array ``weight_name``. Biases right before batch norm count
    apart, in ``idle_difference``: batch norm takes any constant out again, so their gradient is
    rounding alone, and nothing depends on them.
    """

    epoch: int
    step: int
    steps: int
    numpy_loss: float
    torch_loss: float
    weight_difference: float
    weight_name: str
    idle_difference: float
    numpy_images_per_second: float
    torch_images_per_second: float

    @property
    def overall_step(self) -> int:
        """The step's number, counted from 1 over all epochs."""
        return (self.epoch - 1) * self.steps + self.step


@dataclass(frozen=True)
class LayerMeasured:
    """One layer with weights in one training step; what is no finite number is None.

    ``gradient`` is the root mean square over its weight's gradient, ``update`` the step's change of
    the weight beside the weight, |w after - w before| / |w before| (Euclidean norms). ``mean`` and
    ``spread``, the standard deviation, are of all numbers that go out behind its activation.
    ``dead`` is the share of its channels (after ReLU) that are zero everywhere for every photo of
    the batch, ``saturated`` the share of numbers at the flat ends of a tanh or sigmoid; None for
    other activations.
    """

    name: str
    gradient: float | None
    update: float | None
    mean: float | None
    spread: float | None
    dead: float | None = None
    saturated: float | None = None


@dataclass(frozen=True)
class LayersMeasured:
    """All layers with weights in an epoch's last whole batch, of so many ``photos``.

    In a team the photos are those of the first process; gradients and updates are everybody's.
    Its ``BatchDone`` comes right behind.
    """

    epoch: int
    step: int
    photos: int
    layers: tuple[LayerMeasured, ...]

    def __post_init__(self) -> None:
        read: Iterable[Any] = self.layers  # of a line of JSON, a list of dicts
        layers = [
            each if isinstance(each, LayerMeasured) else read_record(LayerMeasured, each)
            for each in read
        ]
        object.__setattr__(self, "layers", tuple(layers))


@dataclass(frozen=True)
class Evaluating:
    """``images`` of ``total`` test photos are answered; lets a listener react in between."""

    epoch: int
    images: int
    total: int


@dataclass(frozen=True)
class EpochDone:
    """One epoch and its test.

    Train loss and accuracy are running averages over the epoch's batches, taken in training mode
    while the weights were changing; test loss and accuracy are of the weights at its end, in
    evaluation mode. ``probabilities`` (N,) float32 are P(class 1) of the test photos in order.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float
    probabilities: np.ndarray | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class LearningRateChanged:
    """From here on the schedule's peak is ``learning_rate``."""

    epoch: int
    step: int
    learning_rate: float


@dataclass(frozen=True)
class Finished:
    """All epochs are done."""

    epoch: int
    test_accuracy: float


@dataclass(frozen=True)
class Stopped:
    """The training was stopped here on request and can go on."""

    epoch: int
    step: int


@dataclass(frozen=True)
class Diverged:
    """The loss at ``epoch``, ``step`` was not finite.

    The weights kept are those after ``kept_epoch`` whole epochs and ``kept_step`` batches.
    """

    epoch: int
    step: int
    kept_epoch: int
    kept_step: int
    message: str


Event = (
    Begun
    | BatchDone
    | EnginesCompared
    | LayersMeasured
    | Evaluating
    | EpochDone
    | LearningRateChanged
    | Finished
    | Stopped
    | Diverged
)

NAMES: dict[type[Event], str] = {
    Begun: "begun",
    BatchDone: "batch",
    EnginesCompared: "pair",
    LayersMeasured: "layers",
    Evaluating: "evaluating",
    EpochDone: "epoch",
    LearningRateChanged: "learning_rate",
    Finished: "finished",
    Stopped: "stopped",
    Diverged: "diverged",
}
TYPES = {name: kind for kind, name in NAMES.items()}


def to_json(event: Event) -> str:
    """Return one line of JSON without its newline; predictions are stored elsewhere."""
    values = {
        name: value for name, value in vars(event).items() if not isinstance(value, np.ndarray)
    }
    values.pop("probabilities", None)
    return json.dumps({"event": NAMES[type(event)], **values}, allow_nan=False, default=vars)


def from_json(line: str | bytes) -> Event:
    """Return the event of one line; ``ValueError`` when the line is none."""
    try:
        values: Any = json.loads(line)
    except RecursionError as error:
        raise ValueError("a line of the log is nested too deeply") from error
    name = values.pop("event", "") if isinstance(values, dict) else None
    kind = TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"a line of the log must name one of {', '.join(TYPES)}")
    return read_record(kind, values)
