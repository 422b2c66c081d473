"""What each idea of a recipe gives: the same photos and budget with it and without.

The test photos of the folder are never opened: what is compared answers a part of the training
photos that is kept out of the training, or all photos of another folder.
"""

import argparse
import dataclasses
import json
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.bench.measure import table
from core.command_line import network_text
from core.config import RECIPES, TrainConfig
from core.data.dataset import joined
from core.data.request import ALL
from core.errors import ConfigError
from core.training.events import Diverged, EpochDone

if TYPE_CHECKING:
    from core.data import Data, PhotoSet
    from core.training.state import TrainingState

KEPT_OUT = 5
"""Each so many-th training photo answers, where no folder is named that does."""


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench recipe", description=__doc__)
    add = parser.add_argument
    add("--data", required=True, metavar="FOLDER", help="whose training photos are learnt")
    add("--answers", metavar="FOLDER", help="whose photos answer (default: a fifth of --data's)")
    add("--recipe", choices=RECIPES, default="quick")
    add("--seeds", type=int, default=3, help="trainings of each kind")
    add("--first-seed", type=int, default=0)
    add(
        "--change",
        action="append",
        default=[],
        metavar="FIELD=VALUE[ FIELD=VALUE ...]",
        help="one more kind, with these fields of the config changed; without=mix leaves a "
        "variation out; network=FILE_OR_TEXT",
    )
    add("--all", default="", metavar="FIELD=VALUE ...", help="changes of every kind")
    add("--only-changes", action="store_true", help="leave the recipe itself out")
    add("--log", type=Path, help="append each training's result as a line of JSON")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Train every kind with every seed; print what each came to."""
    options = build_parser().parse_args(arguments)
    try:
        base = changed(RECIPES[options.recipe].replace(data=options.data), options.all)
        kinds = {} if options.only_changes else {options.recipe: base}
        kinds |= {change: changed(base, change) for change in options.change}
    except ConfigError as error:
        print(f"error: {error}")
        return 2
    rows = []
    for name, config in kinds.items():
        seeds = range(options.first_seed, options.first_seed + options.seeds)
        results = []
        for seed in seeds:
            results.append(measured(config.replace(seed=seed), options.answers))
            tell(name, seed, results[-1], options.log)
        rows.append(row(name, results))
    heads = ["recipe", "accuracy", "each seed", "mirrored too", "loss", "minutes"]
    print(table(heads, rows))
    return 0


def changed(config: TrainConfig, change: str) -> TrainConfig:
    """Return the config with ``FIELD=VALUE FIELD=VALUE`` changed; ``ConfigError``."""
    values: dict[str, Any] = {}
    fields = TrainConfig().to_dict()
    for part in change.split():
        name, _, text = part.partition("=")
        if name == "without":
            left = text.split(",")
            values["variations"] = [each for each in config.variations if each not in left]
        elif name == "variations":
            values[name] = [each for each in text.split(",") if each]
        elif name in ("network", "model"):
            values["model"] = network_text(text)
        elif name in fields:
            values[name] = type(fields[name])(text)
        else:
            raise ConfigError(f"A change must name a field of {', '.join(fields)}, not {part!r}.")
    return config.replace(**values)


def measured(config: TrainConfig, answers: str | None) -> dict[str, float]:
    """Train once; return accuracy and loss on the photos that answer, and the minutes it took."""
    from core.training.loop import accuracy, cross_entropy, train
    from core.training.numbers import choose_numbers
    from core.training.state import build_state

    data = photos_for(config, answers)
    config = config.replace(dtype=choose_numbers(config).dtype)
    state = build_state(config)
    started = time.monotonic()
    tested = 0.0
    for event in train(state, dataclasses.replace(data, test=first(data.test, 32)), config):
        if isinstance(event, Diverged):
            raise ConfigError(event.message)
        if isinstance(event, EpochDone):
            tested += state.pace.test_seconds or 0.0
    minutes = (time.monotonic() - started - tested) / 60
    straight, mirrored = predict(state, data.test, False), predict(state, data.test, True)
    labels = data.test.labels
    return {
        "accuracy": accuracy(straight, labels),
        "mirrored": accuracy((straight + mirrored) / 2, labels),
        "loss": cross_entropy(straight, labels),
        "minutes": minutes,
    }


def photos_for(config: TrainConfig, answers: str | None) -> "Data":
    """Load the training photos, and as test photos those that answer."""
    from core.data import DataRequest, load_data

    request = DataRequest(config.data, config.image_size, config.train_per_class, 1, 0)
    data = load_data(request)
    if answers is None:
        kept = np.arange(len(data.train)) % KEPT_OUT == 0
        return dataclasses.replace(data, train=data.train.part(~kept), test=data.train.part(kept))
    other = load_data(DataRequest(answers, config.image_size, ALL, ALL, 0))
    if other.classes != data.classes:
        raise ConfigError(f"{answers} holds {other.classes}, {config.data} {data.classes}.")
    return dataclasses.replace(data, test=joined([other.train, other.test]))


def first(photos: "PhotoSet", count: int) -> "PhotoSet":
    """Return some photos alone: what is only tested at the end need not be after every epoch."""
    return photos.part(np.arange(len(photos)) % max(1, len(photos) // count) == 0)


def predict(state: "TrainingState", photos: "PhotoSet", mirrored: bool) -> np.ndarray:
    """Return P(class 1) (N,) of all photos, or of their mirror images."""
    step = np.s_[:, :, ::-1] if mirrored else np.s_[:]
    parts = (photos.pixels[i : i + 100][step] for i in range(0, len(photos), 100))
    return np.concatenate([state.predict(np.ascontiguousarray(pixels)) for pixels in parts])


def tell(name: str, seed: int, result: dict[str, float], log: Path | None) -> None:
    """Print one training's result, and keep it."""
    line = json.dumps({"recipe": name, "seed": seed, **{k: round(v, 4) for k, v in result.items()}})
    print(line, flush=True)
    if log is not None:
        with log.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def row(name: str, results: list[dict[str, float]]) -> list[str]:
    """Return a kind's row of the table: means over its seeds, with the spread of the accuracy."""
    means = {key: statistics.mean(each[key] for each in results) for key in results[0]}
    each = " ".join(f"{result['accuracy']:.3f}" for result in results)
    accuracy = f"{means['accuracy']:.4f}"
    if len(results) > 1:
        accuracy += f" ± {statistics.stdev(result['accuracy'] for result in results):.4f}"
    return [
        name,
        accuracy,
        each,
        f"{means['mirrored']:.4f}",
        f"{means['loss']:.3f}",
        f"{means['minutes']:.1f}",
    ]
