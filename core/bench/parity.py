"""How closely both engines agree: ``python -m core.bench parity`` prints two Markdown tables.

The first sends a drawn pet through untrained networks and its gradient back, and gives the largest
share of the rounding that the rule allows (``core.comparison.rounding``); the second trains both
engines side by side on drawn pets.
"""

import argparse

import numpy as np

from core.architecture.library import FIRST
from core.bench.measure import table
from core.comparison.network_comparison import compare_network
from core.config import DTYPES, TrainConfig, recipe_for
from core.data import DataRequest, load_data, to_network_input
from core.data.batching import batches
from core.data.drawn import draw_pet
from core.networks.build import build_model
from core.training.events import BatchDone
from core.training.learner import build_learner

SHOWN_STEPS = (1, 10, 38)


def main(arguments: list[str]) -> int:
    """Print both tables; return the exit code."""
    argparse.ArgumentParser(prog="python -m core.bench parity", description=__doc__).parse_args(
        arguments
    )
    networks = [
        network_row(config, dtype, training)
        for config in map(recipe_for, FIRST)
        for dtype in DTYPES
        for training in (False, True)
    ]
    heads = (
        "network",
        "numbers",
        "mode",
        "forward",
        "backward",
    )
    print(table(heads, networks), end="\n\n", flush=True)
    pairs = [row for config in recipes() for dtype in DTYPES for row in pair_rows(config, dtype)]
    print(table(("optimiser", "numbers", "step", "losses", "weights", "idle biases"), pairs))
    return 0


def recipes() -> list[TrainConfig]:
    """Return what is trained side by side: the article's network with two optimisers."""
    adam = TrainConfig(image_size=96, train_per_class=304, test_per_class=1)
    return [adam, adam.replace(optimizer="sgd", learning_rate=5e-3)]


def network_row(config: TrainConfig, dtype: str, training: bool) -> tuple[str, ...]:
    """Return the largest share of the allowed rounding in one network, forward and backward."""
    pixels = draw_pet("cat", config.image_size, 5, 1)
    model = build_model(config.model, config.image_size, config.init, config.seed)
    compared = compare_network(model, to_network_input(pixels[np.newaxis]), 1, dtype, training)
    largest = [
        max(each.share for layer in layers for each in layer.agreements)
        for layers in (compared.forward, compared.backward)
    ]
    return (
        f"{config.model}, {config.image_size} px",
        dtype,
        "training" if training else "evaluation",
        *(f"{share:.0%}" for share in largest),
    )


def pair_rows(config: TrainConfig, dtype: str) -> list[tuple[str, ...]]:
    """Train one epoch side by side; return a row for each of the shown steps."""
    learner = build_learner(config.replace(engine="both", dtype=dtype))
    rows: list[tuple[str, ...]] = []
    photos = load_data(DataRequest.of(config)).train
    stream = batches(photos, config.batch_size, config.seed, epoch=1)
    for step, (x, y) in enumerate(stream, start=1):
        loss, _ = learner.train_batch(x, y, config.learning_rate, step)
        if step in SHOWN_STEPS:
            batch = BatchDone(1, step, 0, loss, 0.0, config.learning_rate, len(y), 0.0, 0.0)
            newest = learner.report(batch)
            assert newest is not None
            rows.append(
                (
                    f"{config.optimizer}, {config.learning_rate:g}",
                    dtype,
                    str(step),
                    f"{abs(newest.numpy_loss - newest.torch_loss):.1e}",
                    f"{newest.weight_difference:.1e}",
                    f"{newest.idle_difference:.1e}",
                )
            )
    return rows
