"""Answers for single photos, for pages and for the command line: ``python -m core.predict``.

A weight file is a pair, as ``core.checkpoint`` writes it: NAME.safetensors with the arrays under
torch's names (float16 is read as float32) and NAME.json with ``model`` (a preset's name),
``image_size``, ``classes`` ([name of label 0, name of label 1]), ``sha256`` of the arrays' file,
and for people ``accuracy`` on its test photos and ``recipe``, the config it was trained with.
Checkpoints of a run, exported weights and the shipped model all have this form.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.checkpoint import load_pair, save_pair
from core.command_line import run_command
from core.config import check_image_size
from core.data import decode_photo
from core.errors import ConfigError, ModelError, PhotoError, RunError
from core.runs import Run

if TYPE_CHECKING:
    from torch import nn

SHIPPED = Path(__file__).parent / "shipped" / "compact.safetensors"


@dataclass(frozen=True)
class Answer:
    """What a network says about one photo.

    ``probability`` is that of ``label``; ``probability_one`` is P(class 1), the cat's for pets.
    ``notes`` say what was done to the photo; ``pixels`` (S, S, 3) uint8 is what the network sees.
    """

    label: str
    probability: float
    probability_one: float
    classes: tuple[str, str]
    notes: tuple[str, ...]
    pixels: np.ndarray

    def to_dict(self) -> dict[str, Any]:
        """Return the answer without its pixels, as plain values for JSON."""
        return {
            "label": self.label,
            "probability": self.probability,
            f"probability_{key_for(self.classes[1])}": self.probability_one,
            "notes": list(self.notes),
        }


class Classifier:
    """A trained network that answers single photos.

    ``model`` gives P(class 1), ``classes`` names label 0 and 1, ``facts`` is what is known about
    the weights (accuracy, recipe, epoch), ``name`` says where they are from.
    """

    def __init__(self, model: "nn.Module", facts: dict[str, Any], name: str) -> None:
        self.model = model.eval()
        self.facts = facts
        self.name = name
        self.classes: tuple[str, str] = (facts["classes"][0], facts["classes"][1])
        self.image_size: int = facts["image_size"]

    @classmethod
    def load(cls, where: Path | None = None, epoch: int | None = None) -> "Classifier":
        """Load from a run's folder, a weight file, or without one the shipped model.

        ``epoch`` chooses among a run's kept epochs, else its newest weights that verify answer.
        ``ModelError`` says in a sentence what cannot be used and why.
        """
        if where is None:
            return cls.from_pair(*load_pair(SHIPPED), "the shipped model")
        if where.is_dir():
            try:
                run = Run(where)
            except RunError as error:
                raise ModelError(str(error)) from error
            return cls.from_run(run, epoch)
        if not where.exists():
            raise ModelError(f"{where} does not exist; a run's folder or a .safetensors is needed")
        if where.suffix not in (".safetensors", ".json"):
            raise ModelError(f"{where.name} is no weight file: a .safetensors file is needed")
        return cls.from_pair(*load_pair(where.with_suffix(".safetensors")), where.name)

    @classmethod
    def from_run(cls, run: Run, epoch: int | None = None) -> "Classifier":
        """Load a run's newest weights that verify, or those after ``epoch``."""
        checkpoint = run.checkpoint(epoch)
        return cls.from_pair(checkpoint.weights, checkpoint.facts, run.name)

    @classmethod
    def from_pair(
        cls, weights: dict[str, np.ndarray], facts: dict[str, Any], name: str
    ) -> "Classifier":
        """Build the network that the facts name and give it the weights."""
        from core.models import build_model  # imports torch, which takes seconds
        from core.torch_learner import load_into

        check_facts(facts, name)
        broken = [key for key, array in weights.items() if not np.isfinite(array).all()]
        if broken:
            raise ModelError(f"{name} cannot answer: {broken[0]} holds numbers that are not finite")
        model = build_model(facts["model"], facts["image_size"])
        try:
            load_into(model, weights)
        except ValueError as error:
            raise ModelError(
                f"{name} does not fit the {facts['model']} network: {error}"
            ) from error
        return cls(model, facts, name)

    def classify(self, photo: bytes | Path) -> Answer:
        """Answer one photo; ``PhotoError`` when it is none."""
        decoded = decode_photo(photo, self.image_size)
        return self.classify_pixels(decoded.pixels, decoded.notes)

    def classify_pixels(self, pixels: np.ndarray, notes: tuple[str, ...] = ()) -> Answer:
        """Answer pixels (S, S, 3) uint8 that already have the network's size."""
        import torch

        from core.torch_learner import network_input

        with torch.inference_mode():
            probability = float(self.model(network_input(pixels[np.newaxis]))[0, 0])
        one = probability >= 0.5
        return Answer(
            label=self.classes[one],
            probability=probability if one else 1 - probability,
            probability_one=probability,
            classes=self.classes,
            notes=notes,
            pixels=pixels,
        )


def check_facts(facts: dict[str, Any], name: str) -> None:
    """Raise ``ModelError`` when a weight file's JSON does not say what it must."""
    from core.config import MODELS

    model, size, classes = (facts.get(key) for key in ("model", "image_size", "classes"))
    if model not in MODELS:
        raise ModelError(f"{name} is for the network {model!r}; known are {', '.join(MODELS)}")
    if isinstance(size, bool) or not isinstance(size, int):
        raise ModelError(f"{name} must say its image_size in pixels, not {size!r}")
    try:
        check_image_size(str(model), size)
    except ConfigError as error:
        raise ModelError(f"{name} cannot work: {error}") from error
    good = isinstance(classes, list) and len(classes) == 2
    if not good or not all(isinstance(item, str) and item for item in classes or ()):
        raise ModelError(f"{name} must name its two classes, not {classes!r}")


def key_for(class_name: str) -> str:
    """Turn a class's name into the end of a JSON key: lower case, with underscores."""
    return re.sub(r"\W+", "_", class_name.lower()).strip("_") or "one"


def export_weights(run: Run, path: Path, *, half: bool = False, epoch: int | None = None) -> None:
    """Write a run's weights as a pair at ``path`` (.safetensors), for ``Classifier.load``.

    ``half`` stores float16, which halves the file; an array with values beyond its range stays
    float32. ``ModelError`` when the run has no such weights.
    """
    checkpoint = run.checkpoint(epoch)
    names = ("model", "image_size", "classes", "accuracy", "recipe", "epoch")
    facts = {name: checkpoint.facts[name] for name in names}
    weights = checkpoint.weights
    if half:
        weights = {name: to_half(array) for name, array in weights.items()}
    save_pair(path, weights, facts)


def to_half(array: np.ndarray) -> np.ndarray:
    """Return float32 values as float16 where their range allows it; other types as they are."""
    if array.dtype != np.float32 or np.abs(array).max(initial=0) > np.finfo(np.float16).max:
        return array
    return array.astype(np.float16)


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.predict",
        description="Say for each photo what the network takes it for.",
        epilog="Exit code: 0 every photo was answered, 1 some were not, 2 wrong use.",
    )
    parser.add_argument("images", nargs="+", metavar="IMAGE", type=Path, help="a photo's file")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="RUN_DIR_OR_FILE",
        help="a run's folder or a .safetensors file (default: the model that comes along)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Answer every photo; return the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        classifier = Classifier.load(options.model)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    failures = 0
    for image in options.images:
        try:
            answer = classifier.classify(image)
        except PhotoError as error:
            failures += 1
            print_error(image, error, as_json=options.json)
        else:
            print_answer(image, answer, as_json=options.json)
    return 1 if failures else 0


def print_answer(image: Path, answer: Answer, *, as_json: bool) -> None:
    """Print one answer at once, so that a reader need not wait for the rest."""
    if as_json:
        print(json.dumps({"file": str(image), **answer.to_dict()}), flush=True)
        return
    notes = f" ({', '.join(answer.notes)})" if answer.notes else ""
    print(f"{image}: {answer.label} {answer.probability:.1%}{notes}", flush=True)


def print_error(image: Path, error: PhotoError, *, as_json: bool) -> None:
    """Print why a file has no answer: among the answers as JSON, else on standard error."""
    if as_json:
        problem = {"code": error.code, "message": str(error)}
        print(json.dumps({"file": str(image), "error": problem}), flush=True)
    else:
        print(f"{image}: {error}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(run_command(main))
