"""What a training is called when nobody has named it, and what sets it apart from others."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from core.architecture.library import name_of
from core.config import DRAWN, TrainConfig, recipe_of
from core.mistakes import told

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}
ALWAYS_NAMED = ("model", "data", "train_per_class", "learning_rate")
NOT_NAMED = (*ALWAYS_NAMED, "epochs", "test_per_class", "engine")
"""The first are named anyway; epochs grow when a run is trained on."""
LONGEST = 80


def describe(config: TrainConfig, photos: int | None = None) -> str:
    """Name a training: "compact, 2,000 photos of cat-and-dog, rate 0.003, SGD".

    That is its network, its photos, its learning rate, and what else is not the network's own
    recipe. ``photos`` is how many it trains on; until they are loaded, twice those of a class.
    """
    count = 2 * config.train_per_class if photos is None else photos
    what = "drawn pets" if config.data == DRAWN else f"photos of {Path(config.data).name}"
    recipe = recipe_of(config)
    others = [
        name
        for name in fields()
        if name not in NOT_NAMED and getattr(config, name) != getattr(recipe, name)
    ]
    if config.engine == "both" and "dtype" not in others:
        others.append("dtype")
    parts = [name_of(config.model), f"{count:,} {what}", in_words(config, "learning_rate")]
    name = ", ".join(parts + [in_words(config, each) for each in others])
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def what_differs(configs: Sequence[TrainConfig]) -> list[str]:
    """Say of each training what it was told otherwise than the others; all alike say nothing."""
    names = [name for name in fields() if len({getattr(each, name) for each in configs}) > 1]
    return [", ".join(in_words(each, name) for name in names) for each in configs]


def fields() -> list[str]:
    """List the fields of a config in the order in which people ask for them."""
    every = [field.name for field in dataclasses.fields(TrainConfig)]
    asked_for = (*ALWAYS_NAMED, "mistakes")
    return sorted(every, key=lambda name: (name not in asked_for, every.index(name)))


def in_words(config: TrainConfig, name: str) -> str:
    """Say one field of a config: "rate 0.003", "batches of 8", "seed 3"."""
    value = getattr(config, name)
    said = {
        "model": name_of(config.model),
        "data": "drawn pets" if value == DRAWN else Path(str(value)).name,
        "train_per_class": f"{config.train_per_class:,} photos a class",
        "test_per_class": f"{config.test_per_class:,} test photos a class",
        "learning_rate": f"rate {config.learning_rate:g}",
        "epochs": f"{config.epochs} epochs",
        "batch_size": f"batches of {config.batch_size}",
        "image_size": f"{config.image_size} pixels",
        "init": f"{config.init.replace('_', ' ')} weights",
        "optimizer": OPTIMIZERS[config.optimizer],
        "weight_decay": f"weight decay {config.weight_decay:g}",
        "schedule": f"{config.schedule} rate",
        "augment": "varied photos" if config.augment else "photos not varied",
        "dtype": f"in {config.dtype}",
        "mistakes": told(config.mistakes) or "no mistakes",
    }
    return said.get(name, f"{name.replace('_', ' ')} {value}")


def told_apart(names: Mapping[str, str], times: Mapping[str, str]) -> dict[str, str]:
    """Return ``names`` by id, those that several have with the time at which each began."""
    twice = shared(names.values())
    told = {
        id: f"{name}, {times[id]}" if name in twice and times.get(id) else name
        for id, name in names.items()
    }
    still = shared(told.values())
    return {id: f"{name} ({id})" if name in still else name for id, name in told.items()}


def shared(names: Iterable[str]) -> set[str]:
    """Return the names that occur more than once."""
    return {name for name, count in Counter(names).items() if count > 1}
