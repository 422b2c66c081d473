"""What each of the article's mistakes does to a training: accuracies with it and without."""

import argparse
from typing import TYPE_CHECKING

from core.bench.measure import table
from core.config import MODELS, TrainConfig, recipe_for
from core.mistakes import Mistake
from core.training.events import EpochDone

if TYPE_CHECKING:
    from core.data import Data


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench mistakes", description=__doc__)
    parser.add_argument("--data", default="drawn", help="'drawn' (default) or a folder of photos")
    parser.add_argument("--model", choices=MODELS, default="compact")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--image-size", type=int, default=48)
    parser.add_argument("--train-per-class", type=int, default=200)
    parser.add_argument("--test-per-class", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=2, help="trainings of each kind")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Train once without and once with each mistake for every seed; print what each came to."""
    from core.data import DataRequest, load_data

    options = build_parser().parse_args(arguments)
    fields = {name: value for name, value in vars(options).items() if name != "seeds"}
    config = recipe_for(options.model).replace(**fields)
    data = load_data(DataRequest.of(config))
    print(
        f"{config.model} at {config.image_size} x {config.image_size}, {len(data.train)} photos, "
        f"{config.epochs} epochs, seeds 0 to {options.seeds - 1}"
    )
    rows = []
    for mistake in (None, *Mistake):
        ends = [last_epoch(data, config.replace(seed=s), mistake) for s in range(options.seeds)]
        rows.append(
            [
                mistake.short if mistake else "none",
                " ".join(f"{end.train_accuracy:.1%}" for end in ends),
                " ".join(f"{end.test_accuracy:.1%}" for end in ends),
                " ".join(f"{end.test_loss:.3f}" for end in ends),
            ]
        )
    print(table(["mistake", "train accuracy", "test accuracy", "test loss"], rows))
    return 0


def last_epoch(data: "Data", config: TrainConfig, mistake: Mistake | None) -> EpochDone:
    """Train to the end; return what the last epoch came to.

    Labels are counted as if half as many again had been asked for as there are.
    """
    from core.training.loop import train
    from core.training.state import build_state

    if mistake is not None:
        config = config.replace(mistakes=(mistake,))
    if mistake is Mistake.LABELS_BY_REQUEST:
        config = config.replace(train_per_class=config.train_per_class * 3 // 2)
    events = train(build_state(config), data, config)
    return [event for event in events if isinstance(event, EpochDone)][-1]
