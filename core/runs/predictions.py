"""The answers to the test photos, kept for every epoch of a run.

``test_photos.json`` holds what does not change (names, labels, classes); ``predictions/`` one
safetensors file per epoch with P(class 1) as the network gave it, and the temperature by which its
logits are divided before anybody reads them (``core.networks.calibration``; 1 where there is none).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.data.dataset import PhotoSet
from core.errors import RunError
from core.files import make_folder, read_json, write_atomically, write_json
from core.networks.calibration import COLDEST, HOTTEST, calibrated
from core.records import read_record


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


def write_predictions(
    run_path: Path, epoch: int, probabilities: np.ndarray, temperature: float = 1.0
) -> None:
    """Keep P(class 1) (N,) float32 of the test photos after ``epoch``, and its temperature."""
    folder = run_path / "predictions"
    make_folder(folder)
    arrays: dict[str, np.ndarray] = {
        "probabilities": np.ascontiguousarray(probabilities, np.float32),
        "temperature": np.array([temperature], np.float64),
    }
    content = save(arrays)
    write_atomically(prediction_path(run_path, epoch), content)


def read_predictions(run_path: Path, epoch: int | None = None, *, raw: bool = False) -> Predictions:
    """Read the answers after ``epoch``, or after the newest; ``RunError`` when there are none.

    They are those that the network gives when asked, with its temperature; ``raw`` without.
    """
    if epoch is None:
        epoch = max(predicted_epochs(run_path), default=0)
    try:
        photos = read_test_photos(run_path)
        probabilities, temperature = read_probabilities(prediction_path(run_path, epoch))
    except FileNotFoundError as error:
        raise RunError(f"The run keeps no answers to its test photos for epoch {epoch}.") from error
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise RunError(f"The answers of epoch {epoch} are damaged.") from error
    if len(photos.labels) != len(probabilities):
        raise RunError(f"The answers of epoch {epoch} belong to other photos.")
    if not raw:
        probabilities = calibrated(probabilities, temperature)
    labels, names = np.array(photos.labels, np.uint8), tuple(photos.names)
    return Predictions(epoch, probabilities, labels, names, (photos.classes[0], photos.classes[1]))


@dataclass(frozen=True)
class PhotosAsked:
    """What test_photos.json says: the names of label 0 and 1, and each photo's label and name."""

    classes: tuple[str, ...]
    labels: tuple[int, ...]
    names: tuple[str, ...]


def read_test_photos(run_path: Path) -> PhotosAsked:
    """Read which photos the answers are about; ``OSError`` or ``ValueError`` when that is lost."""
    photos = read_record(PhotosAsked, read_json(run_path / "test_photos.json"))
    if len(photos.classes) != 2 or len(photos.labels) != len(photos.names):
        raise ValueError("two classes, and a label and a name for each photo, are needed")
    if not set(photos.labels) <= {0, 1}:
        raise ValueError("labels are 0 or 1")
    return photos


def read_probabilities(path: Path) -> tuple[np.ndarray, float]:
    """Read P(class 1) (N,) float32 and their temperature; an error of many kinds when it is none.

    ``ValueError`` when the values cannot be what a network answered.
    """
    arrays = load_file(path)
    probabilities = arrays["probabilities"]
    temperature = arrays.get("temperature", np.ones(1))
    good = probabilities.ndim == 1 and bool(((probabilities >= 0) & (probabilities <= 1)).all())
    if not good or temperature.shape != (1,) or not COLDEST <= temperature[0] <= HOTTEST:
        raise ValueError("these are no probabilities")
    return probabilities.astype(np.float32), float(temperature[0])


def read_test_labels(run_path: Path) -> np.ndarray:
    """Read the test photos' labels (N,) uint8; ``RunError`` when no photo was loaded yet."""
    try:
        return np.array(read_test_photos(run_path).labels, np.uint8)
    except (OSError, ValueError) as error:
        raise RunError("The run has not loaded its test photos yet.") from error


def predicted_epochs(run_path: Path) -> list[int]:
    """List the epochs whose answers are kept."""
    files = (run_path / "predictions").glob("epoch-*.safetensors")
    numbers = (file.stem.removeprefix("epoch-") for file in files)
    return sorted(int(number) for number in numbers if number.isdecimal())


def remove_predictions_after(run_path: Path, epoch: int) -> None:
    """Delete answers that a run will give anew since it goes on from ``epoch``."""
    for later in predicted_epochs(run_path):
        if later > epoch:
            prediction_path(run_path, later).unlink(missing_ok=True)


def prediction_path(run_path: Path, epoch: int) -> Path:
    """Return the file of one epoch's answers."""
    return run_path / "predictions" / f"epoch-{epoch:04d}.safetensors"
