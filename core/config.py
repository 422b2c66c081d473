"""What one training is told: every choice, checked with a sentence before anything starts.

Light to import: pages draw their forms from here long before torch is needed.
"""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from core.architecture import library
from core.changes import Changes
from core.errors import ArchitectureError, ConfigError
from core.mistakes import Mistake
from core.variations import PLAIN, Variation

Named = TypeVar("Named", bound=StrEnum)

MODELS = library.NAMES
INITIALISATIONS = ("xavier_normal", "kaiming_normal", "uniform", "constant")
OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "muon": "Muon", "sgd": "SGD"}
"""Each with the name of its class, in torch and in the NumPy engine."""
SCHEDULES = ("constant", "cosine")
ENGINES = ("torch", "numpy", "both")
DTYPES = ("float32", "float64")
"""What both engines compute in."""
NUMBERS = ("auto", *DTYPES, "bfloat16")
"""``bfloat16``: convolutions in it, weights and the last layer in float32; ``auto``: what is
measured to be quicker of the two, when the training begins."""
DEVICES = ("auto", "cpu", "cuda", "mps")
DRAWN = "drawn"
"""The source of photos that the program draws itself."""
ARTICLE_SET = "kaggle:fusicfenta/cat-and-dog"
"""The source of the article's photos; they are here once somebody has asked for them."""
PLACELESS = (DRAWN, ARTICLE_SET)
"""Sources that have a name of their own, the same on every computer, and no path."""
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
    "window": (0.25, 1.0),
    "views": (1, 100),
    "label_smoothing": (0.0, 0.4),
    "weight_average": (0.0, 0.99999),
}
"""Smallest and largest value of each number, both allowed.

The learning rate's upper limit is far above what can work, so that a diverging run can be shown:
batch norm and the clamped loss forgive the article's network a rate of a million.
"""


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides how a run goes. A field that cannot work is a ``ConfigError``.

    ``data`` is ``drawn``, the article's set on Kaggle, a folder or a zip, ``model`` a preset's name
    or a network's text (see ``core.architecture``). Sizes are in pixels, ``learning_rate`` is the
    schedule's peak, ``weight_decay`` is decoupled for ``adamw`` and for ``muon``, which shrinks
    kernels only, and added to the gradient otherwise. ``engine`` computes in ``dtype`` on
    ``device``; "both" trains the network in both engines side by side. ``mistakes`` are the
    article's that are made on purpose, each once, in the order of ``Mistake``.

    Photos are varied as ``variations`` say, and shrunk to ``window`` of their side meanwhile: a
    network that sees larger pictures when it answers answers better (Touvron et al., 2019). Each
    epoch shows every photo ``views`` times. ``label_smoothing`` of each answer asked belongs to the
    other class. With ``weight_average`` the weights that answer are a moving average of the
    trained ones, of which each step keeps that share.

    ``left_out`` photos of the source are not used, and those ``turned_over`` have the other label
    than in the source (``core.changes``).
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
    variations: tuple[Variation, ...] = ()
    window: float = 1.0
    views: int = 1
    label_smoothing: float = 0.0
    weight_average: float = 0.0
    engine: str = "torch"
    dtype: str = "float32"
    device: str = "auto"
    mistakes: tuple[Mistake, ...] = ()
    left_out: tuple[str, ...] = ()
    turned_over: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_source(self.data)
        check_choice("init", self.init, INITIALISATIONS)
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("engine", self.engine, ENGINES)
        check_choice("dtype", self.dtype, NUMBERS)
        check_choice("device", self.device, DEVICES)
        for name in LIMITS:
            check_field(name, getattr(self, name))
        object.__setattr__(self, "model", checked_network(self.model, self.image_size))
        object.__setattr__(self, "mistakes", checked_mistakes(self.mistakes))
        object.__setattr__(self, "variations", checked_variations(self.variations))
        for name, value in vars(self.changes).items():
            object.__setattr__(self, name, value)
        check_engine(self)
        check_window(self)

    @property
    def changes(self) -> Changes:
        """What is changed about the photos of the source."""
        return Changes(self.left_out, self.turned_over)

    @property
    def window_side(self) -> int:
        """Side in pixels of the pictures that the network is trained on."""
        return window_side(self.image_size, self.window) if self.variations else self.image_size

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return dataclasses.asdict(self) | {
            "mistakes": [str(each) for each in self.mistakes],
            "variations": [str(each) for each in self.variations],
            "left_out": list(self.left_out),
            "turned_over": list(self.turned_over),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainConfig":
        """Build a config from ``to_dict``'s values; an unknown field is a ``ConfigError``.

        A field that an older version did not know yet takes its default; where photos were varied
        without a choice, they are varied in the ways that were meant.
        """
        values = dict(values)
        if "augment" in values:
            values["variations"] = PLAIN if values.pop("augment") else ()
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


def window_side(photo_side: int, window: float) -> int:
    """Return the side in pixels of windows that are ``window`` of the photo's side."""
    return max(1, round(photo_side * window))


def in_words(name: str) -> str:
    """Begin a sentence with a field's name: "image_size" is "Image size"."""
    return name.replace("_", " ").capitalize()


def check_source(value: object) -> None:
    """Raise ``ConfigError`` when ``value`` names no source of photos."""
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(
            f'Data must be "drawn", "{ARTICLE_SET}" or the path of a folder or zip, not {value!r}.'
        )


def checked_network(model: object, image_size: int) -> str:
    """Return the name or the text of a network; ``ConfigError`` when it cannot be built."""
    if not isinstance(model, str):
        raise ConfigError(
            f"Model must be one of {', '.join(MODELS)}, or the text of a network, not {model!r}."
        )
    library.layers_of(model, image_size)
    return library.canonical(model)


def check_choice(name: str, value: object, choices: Collection[str]) -> None:
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
    if not good or not low <= value <= high:  # type: ignore[operator]
        raise ConfigError(
            f"{in_words(name)} must be a number from {low:g} to {high:g}, not {value!r}."
        )


def check_field(name: str, value: object) -> None:
    """Raise ``ConfigError`` when ``value`` is no number that the field of that name can have."""
    check = check_number if isinstance(LIMITS[name][0], float) else check_whole_number
    check(name, value)


def checked_mistakes(values: object) -> tuple[Mistake, ...]:
    """Return the mistakes of a list of their names, each once and in one order; ``ConfigError``."""
    return checked_names("mistake", values, Mistake)


def checked_variations(values: object) -> tuple[Variation, ...]:
    """Return the variations of a list of their names, as ``checked_mistakes`` does."""
    return checked_names("variation", values, Variation)


def checked_names(what: str, values: object, known: type[Named]) -> tuple[Named, ...]:
    """Return those of ``known`` that ``values`` names, each once and in the order of ``known``."""
    if not isinstance(values, Collection) or isinstance(values, str):
        raise ConfigError(f"{what.capitalize()}s must be a list of names, not {values!r}.")
    for value in values:
        if value not in list(known):
            raise ConfigError(
                f"{what.capitalize()}s must be some of {', '.join(known)}, not {value!r}."
            )
    return tuple(each for each in known if each in values)


def check_engine(config: TrainConfig) -> None:
    """Raise ``ConfigError`` for numbers or a device that the engine cannot compute with."""
    if config.engine == "torch":
        return
    if config.dtype == "bfloat16":
        raise ConfigError(
            f"The {config.engine} engine computes in float32 or float64: NumPy has no bfloat16."
            if config.engine == "numpy"
            else "Both engines side by side need numbers that both have: float32 or float64, "
            "not bfloat16."
        )
    if config.device not in ("auto", "cpu"):
        raise ConfigError(
            f"NumPy computes on the processor alone, so the device must be auto or cpu, "
            f"not {config.device}."
        )


def check_window(config: TrainConfig) -> None:
    """Raise ``ConfigError`` when the network cannot be trained on the smaller windows."""
    side = config.window_side
    if side == config.image_size:
        return
    try:
        windows = library.parameters_of(config.model, side)
    except ArchitectureError as error:
        raise ConfigError(
            f"Window {config.window:g} makes pictures of {side} pixels. {error}"
        ) from error
    if library.parameters_of(config.model, config.image_size) != windows:
        raise ConfigError(
            f"This network has other weights for windows of {side} pixels than for "
            f"photos of {config.image_size}: window must be 1, or an adaptive average pool must "
            "come before the network is flattened."
        )


QUICK = TrainConfig(
    model="early-pooling",
    epochs=21,
    batch_size=64,
    learning_rate=4e-3,
    image_size=128,
    init="kaiming_normal",
    optimizer="muon",
    weight_decay=0.05,
    schedule="cosine",
    variations=PLAIN,
    window=0.75,
    views=2,
    weight_average=0.998,
    dtype="auto",
)
RECIPES = {
    "article": TrainConfig(),
    "quick": QUICK,
    "thorough": QUICK.replace(
        model="late-pooling",
        epochs=30,
        image_size=160,
        variations=tuple(Variation),
        window=0.8,
        views=10,
        weight_decay=0.2,
        label_smoothing=0.05,
        weight_average=0.999,
    ),
}
"""Ways to train, each with the network it is for; ``article`` is the article's, exactly.

``quick`` and ``thorough`` are two ways to spend time; ``core.bench recipe`` measures them.
"""

USUAL = "quick"
"""The recipe of every network but the article's."""


def recipe_for(model: str, name: str = "") -> TrainConfig:
    """Return the recipe of that name, fit for a network; without a name the one it starts from.

    That is the article's for its network, else ``quick``. A network whose weights depend on the
    photos' size is shown them whole. The recipe's ``model`` is its own, to be replaced together
    with the size of the photos.
    """
    recipe = RECIPES[name or ("article" if library.canonical(model) == "article" else USUAL)]
    try:
        recipe.replace(model=model)
    except ConfigError:
        return recipe.replace(window=1.0)
    return recipe


def recipe_of(config: TrainConfig) -> TrainConfig:
    """Return the recipe that a training follows: the article's for its network, or the nearest."""
    if config.model == "article":
        return RECIPES["article"]
    recipes = [recipe_for(config.model, name) for name in RECIPES]
    return min(recipes, key=lambda recipe: how_many_differ(recipe, config))


def how_many_differ(one: TrainConfig, other: TrainConfig) -> int:
    """Count the fields that two trainings were told differently."""
    fields = dataclasses.fields(TrainConfig)
    return sum(getattr(one, field.name) != getattr(other, field.name) for field in fields)
