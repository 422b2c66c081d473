"""The answers to the test photos, kept for every epoch of a run.

``test_photos.json`` holds what does not change (names, labels, classes); ``predictions/`` one
safetensors file with P(class 1) per epoch.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.data.dataset import PhotoSet
from core.errors import RunError
from core.files import read_json, write_atomically, write_json


@dataclass(frozen=True)
class Predictions:
    """Answers to the test photos after one epoch.

    ``probabilities`` (N,) float32 are P(class 1), ``labels`` (N,) uint8, ``names`` the photos'
    (N), ``classes`` the names of label 0 and 1.
    """

    epoch: int
    probabilities: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    classes: tuple[str, str]


def write_test_photos(run_path: Path, photos: PhotoSet, classes: tuple[str, str]) -> None:
    """Remember which photos the answers are about."""
    record = {
        "classes": list(classes),
        "labels": photos.labels.tolist(),
        "names": list(photos.names),
    }
    write_json(run_path / "test_photos.json", record)


def write_predictions(run_path: Path, epoch: int, probabilities: np.ndarray) -> None:
    """Keep P(class 1) (N,) float32 of the test photos after ``epoch``."""
    folder = run_path / "predictions"
    folder.mkdir(exist_ok=True)
    content = save({"probabilities": np.ascontiguousarray(probabilities, np.float32)})
    write_atomically(prediction_path(run_path, epoch), content)


def read_predictions(run_path: Path, epoch: int | None = None) -> Predictions:
    """Read the answers after ``epoch``, or after the newest; ``RunError`` when there are none."""
    if epoch is None:
        epoch = max(predicted_epochs(run_path), default=0)
    try:
        photos = read_json(run_path / "test_photos.json")
        probabilities = load_file(prediction_path(run_path, epoch))["probabilities"]
        labels, names = np.array(photos["labels"], np.uint8), tuple(photos["names"])
        classes = (photos["classes"][0], photos["classes"][1])
    except FileNotFoundError as error:
        raise RunError(f"The run keeps no answers to its test photos for epoch {epoch}.") from error
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise RunError(f"The answers of epoch {epoch} are damaged.") from error
    if not len(labels) == len(names) == len(probabilities):
        raise RunError(f"The answers of epoch {epoch} belong to other photos.")
    return Predictions(epoch, probabilities, labels, names, classes)


def read_test_labels(run_path: Path) -> np.ndarray:
    """Read the test photos' labels (N,) uint8; ``RunError`` when no photo was loaded yet."""
    try:
        return np.array(read_json(run_path / "test_photos.json")["labels"], np.uint8)
    except (OSError, ValueError, KeyError) as error:
        raise RunError("The run has not loaded its test photos yet.") from error


def predicted_epochs(run_path: Path) -> list[int]:
    """List the epochs whose answers are kept."""
    files = (run_path / "predictions").glob("epoch-*.safetensors")
    return sorted(int(file.stem.removeprefix("epoch-")) for file in files)


def remove_predictions_after(run_path: Path, epoch: int) -> None:
    """Delete answers that a run will give anew since it goes on from ``epoch``."""
    for later in predicted_epochs(run_path):
        if later > epoch:
            prediction_path(run_path, later).unlink(missing_ok=True)


def prediction_path(run_path: Path, epoch: int) -> Path:
    """Return the file of one epoch's answers."""
    return run_path / "predictions" / f"epoch-{epoch:04d}.safetensors"
