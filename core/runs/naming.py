"""What a training is called when nobody has named it, and what sets it apart from others."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from core.architecture.difference import told
from core.architecture.library import name_of, text_of
from core.architecture.text import Layers, read, write_layer
from core.changes import Changes
from core.config import DRAWN, OPTIMIZERS, TrainConfig, recipe_of
from core.mistakes import told as mistakes_told
from core.variations import Variation
from core.variations import told as variations_told

ALWAYS_NAMED = ("model", "data", "train_per_class", "learning_rate")
NOT_NAMED = (*ALWAYS_NAMED, "epochs", "test_per_class", "engine")
"""The first are named anyway; epochs grow when a run is trained on."""
LONGEST = 80
LONGEST_DIFFERENCE = 60


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
    told = {each: in_words(config, each) for each in others}
    if "variations" in told:
        told["variations"] = variations_beside(config, recipe)
    return shortened([*parts, *told.values()])


def shortened(parts: Sequence[str]) -> str:
    """Join what is told of a training, as many parts of it as a list has room for."""
    name = ", ".join(parts)
    if len(name) <= LONGEST:
        return name
    cut = name[: LONGEST - 1]
    whole = cut.rpartition(", ")[0]
    return f"{whole}, …" if len(whole) > LONGEST // 2 else f"{cut}…"


def what_differs(configs: Sequence[TrainConfig]) -> list[str]:
    """Say of each training what it was told otherwise than the others; all alike say nothing."""
    names = [name for name in fields() if len({getattr(each, name) for each in configs}) > 1]
    networks = networks_apart([config.model for config in configs])
    return [
        ", ".join(
            networks[config.model] if name == "model" else in_words(config, name) for name in names
        )
        for config in configs
    ]


def networks_apart(networks: Iterable[str]) -> dict[str, str]:
    """Say what each network is: its name, or of several with one name what each has other than
    the first of them, and that one other than the second.
    """
    distinct = list(dict.fromkeys(networks))
    named = {network: name_of(network) for network in distinct}
    for name in shared(named.values()):
        alike = [network for network in distinct if named[network] == name]
        first, second, *_ = layers = [read(text_of(network)) for network in alike]
        for network, own in zip(alike, layers, strict=True):
            named[network] = network_difference(second if own is first else first, own)
    return named


def network_difference(other: Layers, own: Layers) -> str:
    """Say briefly what ``own`` has other than ``other``: all of it, or the first line."""
    whole = told(other, own)
    if len(whole) <= LONGEST_DIFFERENCE:
        return whole
    place = next(i for i, pair in enumerate(zip_longest(own, other)) if pair[0] != pair[1])
    line = write_layer(own[place]) if place < len(own) else "nothing"
    return f"layer {place + 1} {line}"


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
        "variations": variations_in_words(config),
        "window": "whole photos" if config.window == 1 else f"windows of {config.window * 100:g} %",
        "views": "one view an epoch" if config.views == 1 else f"{config.views} views an epoch",
        "label_smoothing": f"labels smoothed by {config.label_smoothing:g}"
        if config.label_smoothing
        else "labels not smoothed",
        "weight_average": f"weights averaged by {config.weight_average:g}"
        if config.weight_average
        else "weights not averaged",
        "device": "on any device" if config.device == "auto" else f"on {config.device}",
        "dtype": "in the quickest numbers" if config.dtype == "auto" else f"in {config.dtype}",
        "mistakes": mistakes_told(config.mistakes) or "no mistakes",
        "left_out": Changes(config.left_out).words or "no photos left out",
        "turned_over": Changes((), config.turned_over).words or "no labels turned over",
    }
    return said.get(name, f"{name.replace('_', ' ')} {value}")


def variations_in_words(config: TrainConfig) -> str:
    """Say how photos are varied: what is left out of most, what there is of few."""
    chosen = config.variations
    if not chosen:
        return "photos not varied"
    left = [each for each in Variation if each not in chosen]
    if not left:
        return "photos varied in every way"
    if len(left) <= 2:
        return f"varied photos without {variations_told(left)}"
    return f"photos varied: {variations_told(chosen)}"


def variations_beside(config: TrainConfig, recipe: TrainConfig) -> str:
    """Say how photos are varied other than in a recipe: by what is new and what is left out."""
    more = set(config.variations) - set(recipe.variations)
    less = set(recipe.variations) - set(config.variations)
    if not config.variations or not recipe.variations or len(more | less) > 2:
        return variations_in_words(config)
    plus = f" with {variations_told(more)}" if more else ""
    return f"variations{plus}{f' without {variations_told(less)}' if less else ''}"


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
