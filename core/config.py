"""What one training is told: every choice, checked with a sentence before anything starts.

Light to import: pages draw their forms from here long before torch is needed.
"""

import dataclasses
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from core.architecture import library
from core.errors import ConfigError
from core.mistakes import Mistake

MODELS = library.NAMES
INITIALISATIONS = ("xavier_normal", "kaiming_normal", "uniform", "constant")
OPTIMIZERS = ("adam", "adamw", "sgd")
SCHEDULES = ("constant", "cosine")
ENGINES = ("torch", "numpy", "both")
DTYPES = ("float32", "float64")
DRAWN = "drawn"
"""The source of photos that the program draws itself."""
SGD_MOMENTUM = 0.9

LIMITS: dict[str, tuple[float, float]] = {
    "epochs": (1, 1000),
    "batch_size": (2, 512),
    "learning_rate": (1e-8, 1e12),
    "image_size": (16, 512),
    "train_per_class": (1, 1_000_000),
    "test_per_class": (1, 1_000_000),
    "seed": (0, 2**31 - 1),
    "weight_decay": (0.0, 10.0),
}
"""Smallest and largest value of each number, both allowed.

The learning rate's upper limit is far above what can work, so that a diverging run can be shown:
batch norm and the clamped loss forgive the article's network a rate of a million.
"""


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides how a run goes. A field that cannot work is a ``ConfigError``.

    ``data`` is ``drawn`` or a folder, ``model`` a preset's name or the text of a network (see
    ``core.architecture``). Sizes are in pixels, ``learning_rate`` is the schedule's peak,
    ``weight_decay`` is decoupled for ``adamw`` and added to the gradient otherwise.
    ``engine`` computes in ``dtype``; "both" trains the network in both engines side by side.
    ``mistakes`` are the article's that are made on purpose, each once, in the order of ``Mistake``.
    """

    data: str = DRAWN
    model: str = "article"
    epochs: int = 5
    batch_size: int = 16
    learning_rate: float = 5e-4
    image_size: int = 224
    train_per_class: int = 1000
    test_per_class: int = 200
    seed: int = 0
    init: str = "xavier_normal"
    optimizer: str = "adam"
    weight_decay: float = 0.0
    schedule: str = "constant"
    augment: bool = False
    engine: str = "torch"
    dtype: str = "float32"
    mistakes: tuple[Mistake, ...] = ()

    def __post_init__(self) -> None:
        check_source(self.data)
        check_choice("init", self.init, INITIALISATIONS)
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("engine", self.engine, ENGINES)
        check_choice("dtype", self.dtype, DTYPES)
        for name in ("epochs", "batch_size", "image_size", "train_per_class", "test_per_class"):
            check_whole_number(name, getattr(self, name))
        check_whole_number("seed", self.seed)
        check_number("learning_rate", self.learning_rate)
        check_number("weight_decay", self.weight_decay)
        if not isinstance(self.augment, bool):
            raise ConfigError(f"Augment must be true or false, not {self.augment!r}.")
        object.__setattr__(self, "model", checked_network(self.model, self.image_size))
        object.__setattr__(self, "mistakes", checked_mistakes(self.mistakes))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return dataclasses.asdict(self) | {"mistakes": [str(each) for each in self.mistakes]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainConfig":
        """Build a config from ``to_dict``'s values; an unknown field is a ``ConfigError``.

        A field that an older version did not know yet takes its default.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ConfigError(
                f"A config must have the fields {', '.join(sorted(known))}, not {unknown[0]!r}."
            )
        return cls(**values)

    def replace(self, **changes: object) -> "TrainConfig":
        """Return a copy with some fields changed and everything checked again."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


def in_words(name: str) -> str:
    """Begin a sentence with a field's name: "image_size" is "Image size"."""
    return name.replace("_", " ").capitalize()


def check_source(value: object) -> None:
    """Raise ``ConfigError`` when ``value`` names no source of photos."""
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f'Data must be "drawn" or the path of a folder, not {value!r}.')


def checked_network(model: object, image_size: int) -> str:
    """Return the name or the text of a network; ``ConfigError`` when it cannot be built."""
    if not isinstance(model, str):
        raise ConfigError(
            f"Model must be one of {', '.join(MODELS)}, or the text of a network, not {model!r}."
        )
    library.layers_of(model, image_size)
    return library.canonical(model)


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise ``ConfigError`` when ``value`` is none of ``choices``."""
    if value not in choices:
        raise ConfigError(f"{in_words(name)} must be one of {', '.join(choices)}, not {value!r}.")


def check_whole_number(name: str, value: object) -> None:
    """Raise ``ConfigError`` when ``value`` is no whole number within ``LIMITS[name]``."""
    low, high = LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(
            f"{in_words(name)} must be a whole number from {low} to {high}, not {value!r}."
        )


def check_number(name: str, value: object) -> None:
    """Raise ``ConfigError`` when ``value`` is no finite number within ``LIMITS[name]``."""
    low, high = LIMITS[name]
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type, operator]
        raise ConfigError(
            f"{in_words(name)} must be a number from {low:g} to {high:g}, not {value!r}."
        )


def check_field(name: str, value: object) -> None:
    """Raise ``ConfigError`` when ``value`` is no number that the field of that name can have."""
    check = check_number if isinstance(LIMITS[name][0], float) else check_whole_number
    check(name, value)


def checked_mistakes(values: object) -> tuple[Mistake, ...]:
    """Return the mistakes of a list of their names, each once and in one order; ``ConfigError``."""
    known = [str(mistake) for mistake in Mistake]
    if not isinstance(values, Collection) or isinstance(values, str):
        raise ConfigError(f"Mistakes must be a list of names, not {values!r}.")
    for value in values:
        if value not in known:
            raise ConfigError(f"A mistake must be one of {', '.join(known)}, not {value!r}.")
    return tuple(mistake for mistake in Mistake if mistake in values)


PRESETS = {
    "article": TrainConfig(),
    "compact": TrainConfig(
        model="compact",
        epochs=30,
        batch_size=32,
        learning_rate=2e-3,
        image_size=96,
        train_per_class=1000,
        test_per_class=200,
        init="kaiming_normal",
        optimizer="adamw",
        weight_decay=0.05,
        schedule="cosine",
        augment=True,
    ),
}
"""Recipes with a network of their own; ``article`` is the article's, exactly."""


def recipe_for(model: str) -> TrainConfig:
    """Return the recipe that a network starts from: its own, or the one of ``compact``.

    Its ``model`` is the recipe's, to be replaced together with the size of the photos.
    """
    return PRESETS.get(library.canonical(model), PRESETS["compact"])


def recipe_of(config: TrainConfig) -> TrainConfig:
    """Return the recipe that a training follows: its network's own, or the one it is nearest to."""
    return PRESETS.get(config.model) or min(
        PRESETS.values(), key=lambda recipe: how_many_differ(recipe, config)
    )


def how_many_differ(one: TrainConfig, other: TrainConfig) -> int:
    """Count the fields that two trainings were told differently."""
    fields = dataclasses.fields(TrainConfig)
    return sum(getattr(one, field.name) != getattr(other, field.name) for field in fields)
