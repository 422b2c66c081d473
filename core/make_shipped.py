"""Make the model that comes with the program: ``python -m core.make_shipped --photos FOLDER``.

Gathers the photos of every named folder and drawn pets in one folder, and trains on it as
``core.train`` does on any other: the run lies in ``--work`` and goes on where it was interrupted.
Each fifteenth photo is kept out of the training; those set temperature, band and threshold. At the
end the weights, in half precision, are tested on the first folder's test photos, which nothing was
chosen on, and on drawn pets the network has not seen, and are written to
``core/networks/shipped`` with their facts and a model card.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from core import train
from core.architecture.library import name_of, text_of
from core.config import DRAWN, RECIPES, TrainConfig
from core.data import Data, DataRequest, PhotoSet, load_data
from core.data.drawn import KINDS, draw_pet
from core.data.request import ALL
from core.data.sources import plan_source
from core.errors import DataError, GlassError, RunError
from core.exchange.model_card import model_card
from core.files import make_folder, sha256, whole_folder
from core.networks.build import build_model
from core.networks.calibration import measure_certainty
from core.networks.tensors import load_into
from core.networks.weight_files import SHIPPED, read_weight_file, to_half, write_weight_file
from core.runs.run import Run
from core.runs.status import State
from core.training.learn_likeness import learn_likeness, prepare_lesson
from core.training.loop import accuracy
from core.training.torch_learner import TorchLearner

DRAWN_TRAIN, DRAWN_TEST = 500, 200  # per class
EPOCHS = 15
KEPT_OUT = 15
"""Each so many-th photo is asked and never trained on."""


def gather(folders: list[Path], side: int, place: Path) -> Path:
    """Link all photos and draw pets into one folder to train on, ``place``; made once.

    The first folder's test photos stay out, and so does every file that equals one of them.
    """
    if place.exists():
        return place
    photos = list(photos_to_learn(folders))
    make_folder(place.parent)
    with whole_folder(place) as fresh:
        for split in ("training_set", "test_set"):
            for kind in KINDS:
                (fresh / split / kind).mkdir(parents=True)
        for number, (kind, path) in enumerate(photos):
            split = "test_set" if number % KEPT_OUT == KEPT_OUT - 1 else "training_set"
            (fresh / split / kind / f"{number}-{path.name}").symlink_to(path)
        for kind in KINDS:
            for number in range(DRAWN_TRAIN):
                pixels = draw_pet(kind, side, 0, number)
                Image.fromarray(pixels).save(fresh / "training_set" / kind / f"drawn-{number}.png")
    return place


def photos_to_learn(folders: list[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the class and the file of every photo that may be learnt."""
    plans = [plan_source(DataRequest(str(folder), train_per_class=ALL)) for folder in folders]
    for folder, plan in zip(folders, plans, strict=True):
        if plan.classes != KINDS:
            raise DataError(f"{folder} must hold photos of {' and '.join(KINDS)}.")
    asked = [g for g in plans[0].groups if g.split == "test"]
    never = {sha256(folders[0] / name) for group in asked for name in group.candidates}
    for folder, plan in zip(folders, plans, strict=True):
        for group in plan.groups:
            for name in () if group in asked else group.candidates:
                path = (folder / name).resolve()
                if sha256(path) not in never:
                    yield group.class_name, path


def trained(config: TrainConfig, path: Path) -> Run:
    """Train a run in ``path`` to its end, or go on with it; ``RunError`` when it is interrupted."""
    if path.exists():
        arguments = ["--resume", "--run-dir", str(path)]
    else:
        arguments = ["--recipe", "thorough", "--run-dir", str(path), "--data", config.data]
        arguments += ["--epochs", str(config.epochs), "--seed", str(config.seed)]
        arguments += ["--train-per-class", str(ALL), "--test-per-class", str(ALL)]
    if train.main(arguments) or Run(path).status().state is not State.FINISHED:
        raise RunError("The training is not at its end: the same command goes on with it.")
    return Run(path)


def make(folders: list[Path], epochs: int, work: Path, out: Path) -> dict[str, object]:
    """Train and write the model; return the facts written beside it."""
    photos = gather(folders, RECIPES["thorough"].image_size, work / "photos")
    run = trained(RECIPES["thorough"].replace(data=str(photos), epochs=epochs), work / "run")
    state = run.load_model().state_dict()
    weights = {name: to_half(tensor.numpy()) for name, tensor in state.items()}
    learnt = load_data(DataRequest.of(run.config))
    drawn = sum(name.startswith("drawn-") for name in map(base_name, learnt.train.names))
    facts: dict[str, object] = {
        "model": name_of(run.config.model),
        "network": text_of(run.config.model),
        "image_size": run.config.image_size,
        "classes": list(learnt.classes),
        "train_photos": len(learnt.train) - drawn,
        "train_drawn": drawn,
        "validation_photos": len(learnt.test),
        "minutes": round(sum(epoch.seconds for epoch in run.log.epochs()) / 60, 1),
        "config": run.settled.replace(data="photos and drawn pets").to_dict(),
    }
    return write(out, weights, facts | measure(weights, facts, folders[0], learnt))


def base_name(name: str) -> str:
    """Return the last part of a photo's name."""
    return name.rpartition("/")[2]


def measure(
    weights: dict[str, np.ndarray], facts: dict[str, object], folder: Path, learnt: Data
) -> dict[str, object]:
    """Ask the weights as they are shipped: what they know of themselves, and how often right."""
    config = TrainConfig.from_dict(dict(facts["config"]))  # type: ignore[call-overload]
    model = build_model(config.model, config.image_size)
    load_into(model, weights)
    learner = TorchLearner(model, config)
    size, seed = config.image_size, config.seed
    tested = load_data(DataRequest(str(folder), size, 1, ALL, seed)).test
    drawn = load_data(DataRequest(DRAWN, size, 1, DRAWN_TEST, seed)).test
    answers = predict(learner, tested)
    likeness = learn_likeness(model.eval(), prepare_lesson(learnt.train, learnt.test))
    certainty = measure_certainty(predict(learner, learnt.test), learnt.test.labels)
    return {
        "test_photos": len(tested),
        "test_accuracy": accuracy(answers, tested.labels),
        "test_wrong": names_of_wrong(answers, tested),
        "test_drawn": len(drawn),
        "test_accuracy_drawn": accuracy(predict(learner, drawn), drawn.labels),
        "certainty": certainty.to_dict(),
    } | ({} if likeness is None else {"likeness": likeness.to_dict()})


def names_of_wrong(answers: np.ndarray, photos: PhotoSet) -> list[str]:
    """Name the photos answered wrongly, the surest mistake first."""
    wrong = np.flatnonzero((answers >= 0.5) != (photos.labels == 1))
    surest = sorted(wrong, key=lambda i: -abs(answers[i] - 0.5))
    return [photos.names[i] for i in surest]


def measure_again(folders: list[Path], work: Path, out: Path) -> dict[str, object]:
    """Test the model in ``out`` as the program decodes and draws today; rewrite facts and card."""
    weights, facts = read_weight_file(out / SHIPPED.name)
    kept = {name: value for name, value in facts.items() if not name.endswith("sha256")}
    config = TrainConfig.from_dict(kept["config"])
    gathered = gather(folders, config.image_size, work / "photos")
    learnt = load_data(DataRequest(str(gathered), config.image_size, ALL, ALL, config.seed))
    halves = {name: to_half(np.array(array)) for name, array in weights.items()}
    return write(out, halves, kept | measure(halves, kept, folders[0], learnt))


def write(out: Path, weights: dict[str, np.ndarray], facts: dict[str, object]) -> dict[str, object]:
    """Write weights, facts and model card to ``out``; return the facts."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / SHIPPED.name
    write_weight_file(path, weights, facts)
    path.chmod(0o644)
    (out / "README.md").write_text(model_card(facts, path))
    return facts


def predict(learner: TorchLearner, photos: PhotoSet) -> np.ndarray:
    """Return P(class 1) (N,) of all photos, a hundred at a time."""
    parts = range(0, len(photos), 100)
    answers = [learner.predict(np.array(photos.pixels[i : i + 100])) for i in parts]
    return np.concatenate(answers)


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, make the model and print what it came to."""
    parser = argparse.ArgumentParser(prog="python -m core.make_shipped", description=__doc__)
    add = parser.add_argument
    add("--photos", nargs="+", required=True, type=Path, metavar="FOLDER")
    add("--work", required=True, type=Path, help="a folder for the gathered photos and the run")
    add("--measure", action="store_true", help="only test the model that is there, as of now")
    add("--epochs", type=int, default=EPOCHS)
    add("--out", type=Path, default=SHIPPED.parent)
    given = parser.parse_args(arguments)
    work = given.work.resolve()
    try:
        if given.measure:
            facts = measure_again(given.photos, work, given.out)
        else:
            facts = make(given.photos, given.epochs, work, given.out)
    except GlassError as error:
        print(f"No model was made: {error}", file=sys.stderr)
        return 1
    print(
        f"{given.out}: {facts['test_accuracy']:.1%} of the test photos and "
        f"{facts['test_accuracy_drawn']:.1%} of the drawn pets"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
