"""Make the model that comes with the program: ``python -m core.make_shipped --photos FOLDER``.

Trains the ``compact`` preset on the training photos of every named folder and on drawn pets
together, tests it on the first folder's test photos and on drawn pets it has not seen, and writes
weights (float16), facts and a model card to ``core/networks/shipped``.
"""

import argparse
import dataclasses
import sys
import time
from pathlib import Path

import numpy as np

from core.architecture.library import name_of, text_of
from core.config import DRAWN, PRESETS, TrainConfig
from core.data import Data, DataRequest, PhotoSet, load_data
from core.errors import DataError
from core.networks.build import build_model
from core.networks.weight_files import SHIPPED, read_weight_file, to_half, write_weight_file
from core.training.events import BatchDone, EpochDone, Finished
from core.training.learner import Learner
from core.training.loop import accuracy, train
from core.training.state import build_state
from core.training.torch_learner import TorchLearner

DRAWN_TRAIN, DRAWN_TEST = 500, 200  # per class
ALL = 1_000_000  # more photos than any folder has: take them all


def combine(photos: list[Data], drawn: Data) -> Data:
    """Join all photos for training but the first folder's test photos, which stay for the test."""
    first = photos[0]
    for other in photos[1:]:
        if other.classes != first.classes:
            raise DataError(f"{other.source} has {other.classes}, {first.source} {first.classes}")
    parts = [first.train, *(half for data in photos[1:] for half in (data.train, data.test))]
    parts.append(drawn.train)
    train_photos = PhotoSet(
        np.concatenate([part.pixels for part in parts]),
        np.concatenate([part.labels for part in parts]),
        tuple(name for part in parts for name in part.names),
    )
    return dataclasses.replace(first, train=train_photos)


def make(folders: list[str], config: TrainConfig, out: Path) -> dict[str, object]:
    """Train and write the model; return the facts written beside it."""
    size, seed = config.image_size, config.seed
    photos = [load_data(DataRequest(folder, size, ALL, ALL, seed)) for folder in folders]
    drawn = load_data(DataRequest(DRAWN, size, DRAWN_TRAIN, DRAWN_TEST, seed))
    data = combine(photos, drawn)
    state = build_state(config)
    started = time.monotonic()
    for event in train(state, data, config):
        if isinstance(event, EpochDone):
            print(
                f"epoch {event.epoch}: train loss {event.train_loss:.3f}, "
                f"test accuracy {event.test_accuracy:.4f}",
                flush=True,
            )
        elif not isinstance(event, BatchDone | Finished) and hasattr(event, "message"):
            raise DataError(str(event.message))
    minutes = (time.monotonic() - started) / 60
    weights = {name: to_half(np.array(array)) for name, array in state.learner.weights().items()}
    state.learner.load_weights(weights)  # what is measured is what is shipped
    facts: dict[str, object] = {
        "model": name_of(config.model),
        "network": text_of(config.model),
        "image_size": size,
        "classes": list(data.classes),
        "train_photos": len(data.train) - len(drawn.train),
        "train_drawn": len(drawn.train),
        "minutes": round(minutes, 1),
        "config": config.replace(data="photos and drawn pets").to_dict(),
    }
    return write(out, weights, facts | measure(state.learner, data.test, drawn.test))


def measure_again(folder: str, out: Path) -> dict[str, object]:
    """Test the model in ``out`` as the program decodes and draws today; rewrite facts and card."""
    weights, facts = read_weight_file(out / SHIPPED.name)
    config = TrainConfig.from_dict(facts["config"])
    learner = TorchLearner(build_model(config.model, config.image_size), config)
    learner.load_weights(weights)
    size, seed = config.image_size, config.seed
    photos = load_data(DataRequest(folder, size, ALL, ALL, seed))
    drawn = load_data(DataRequest(DRAWN, size, DRAWN_TRAIN, DRAWN_TEST, seed))
    kept = {name: value for name, value in facts.items() if not name.endswith("sha256")}
    halves = {name: to_half(np.array(array)) for name, array in weights.items()}
    return write(out, halves, kept | measure(learner, photos.test, drawn.test))


def measure(learner: Learner, photos: PhotoSet, drawn: PhotoSet) -> dict[str, object]:
    """Return how many test photos and drawings there are and the share answered rightly."""
    return {
        "test_photos": len(photos),
        "test_accuracy": accuracy(predict(learner, photos), photos.labels),
        "test_drawn": len(drawn),
        "test_accuracy_drawn": accuracy(predict(learner, drawn), drawn.labels),
    }


def write(out: Path, weights: dict[str, np.ndarray], facts: dict[str, object]) -> dict[str, object]:
    """Write weights, facts and model card to ``out``; return the facts."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / SHIPPED.name
    write_weight_file(path, weights, facts)
    path.chmod(0o644)
    (out / "README.md").write_text(model_card(facts, path.stat().st_size))
    return facts


def predict(learner: Learner, photos: PhotoSet) -> np.ndarray:
    """Return P(class 1) (N,) of all photos, a hundred at a time."""
    parts = range(0, len(photos), 100)
    answers = [learner.predict(np.array(photos.pixels[i : i + 100])) for i in parts]
    return np.concatenate(answers)


def model_card(facts: dict[str, object], size: int) -> str:
    """Write the model card from the facts of this training."""
    config = TrainConfig.from_dict(dict(facts["config"]))  # type: ignore[call-overload]
    return CARD.format(
        **facts,
        kilobytes=size // 1000,
        shown_accuracy=f"{facts['test_accuracy']:.1%}".replace("%", " %"),
        shown_drawn=f"{facts['test_accuracy_drawn']:.1%}".replace("%", " %"),
        side=config.image_size,
        epochs=config.epochs,
        batch=config.batch_size,
        rate=f"{config.learning_rate:g}",
        decay=f"{config.weight_decay:g}",
        optimizer=config.optimizer,
        init=config.init,
        seed=config.seed,
    )


CARD = """\
# The model that comes with the program

The `compact` network, trained to tell cats from dogs; `compact.safetensors` ({kilobytes} kB, half
precision) holds the weights and `compact.json` the facts below, written by the same command.

| what | value |
| --- | --- |
| test accuracy on photos | {shown_accuracy} of {test_photos} photos it never saw |
| test accuracy on drawn pets | {shown_drawn} of {test_drawn} drawings it never saw |
| trained on | {train_photos} photos and {train_drawn} drawn pets |
| input | {side} x {side} pixels, stretched, RGB in 0..1 |
| output | P(cat); dog = 0, cat = 1 |
| recipe | {epochs} epochs, batch {batch}, {optimizer}, learning rate {rate} with a short climb \
and a cosine to 0, weight decay {decay}, {init} weights, seed {seed} |
| variation | each picture mirrored, cropped, brightened at random, every time anew |

The photos are cats and dogs from public collections of the Asirra kind: mostly house pets, mostly
one animal, mostly the whole of it. The weights are those after the last epoch; the test photos
chose nothing. None of the photos is in this repository.

It has only ever seen cats and dogs, so of anything else it says one of the two all the same, often
with certainty. It is a teaching model: do not decide anything about an animal with it.

The accuracies are of the program as it is now; `--measure` tests the weights again whenever
decoding or drawing has changed since they were trained.

Make it again with the same folders, where each holds photos of cats and of dogs in a layout that
the README names:

```sh
python -m core.make_shipped --photos cat-and-dog more-photos
```
"""


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, make the model and print what it came to."""
    parser = argparse.ArgumentParser(prog="python -m core.make_shipped", description=__doc__)
    parser.add_argument("--photos", nargs="+", required=True, metavar="FOLDER")
    parser.add_argument(
        "--measure", action="store_true", help="only test the model that is there, on the first"
    )
    parser.add_argument("--epochs", type=int, default=PRESETS["compact"].epochs)
    parser.add_argument("--out", type=Path, default=SHIPPED.parent)
    given = parser.parse_args(arguments)
    try:
        config = PRESETS["compact"].replace(epochs=given.epochs)
        if given.measure:
            facts = measure_again(given.photos[0], given.out)
        else:
            facts = make(given.photos, config, given.out)
    except ValueError as error:
        print(f"No model was made: {error}", file=sys.stderr)
        return 1
    print(
        f"{given.out}: {facts['test_accuracy']:.1%} of the test photos and "
        f"{facts['test_accuracy_drawn']:.1%} of the drawn pets"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
