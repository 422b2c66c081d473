"""Whether a network knows what it does not know: its certainty, its band, its second question.

Ask it with photos that it did not train on. The pictures of neither are of families that took part
in no choice.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.bench.measure import table
from core.config import DRAWN
from core.data.decode import decode_photo
from core.data.load import load_data
from core.data.neither import KEPT_OUT, draw_neither
from core.data.request import ALL, DataRequest
from core.errors import DataError, ModelError, PhotoError
from core.networks.calibration import BINS, bins_of, calibrated, calibration_error

if TYPE_CHECKING:
    from core.data.dataset import PhotoSet
    from core.networks.classifier import Answer, Classifier

DRAWINGS = 200  # of each class, of which there is no end
SEED = 7  # of the pictures of neither
Answers = list["Answer"]


def build_parser() -> argparse.ArgumentParser:
    """Describe the benchmark's arguments."""
    parser = argparse.ArgumentParser(prog="python -m core.bench certainty", description=__doc__)
    parser.add_argument("--model", type=Path, help="a run's folder or a weight file")
    parser.add_argument("--data", required=True, help="a folder of photos, or drawn")
    parser.add_argument("--all", action="store_true", help="take its training photos too")
    parser.add_argument("--photos-of-neither", nargs="*", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--each", type=int, default=40, help="pictures of each family")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    from core.runs.load import load_classifier  # torch, after --help

    options = build_parser().parse_args(arguments)
    try:
        classifier = load_classifier(options.model)
        count = DRAWINGS if options.data == DRAWN else ALL
        data = load_data(DataRequest(options.data, classifier.image_size, count, count))
    except (ModelError, DataError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    photos = [data.test, data.train] if options.all else [data.test]
    answers = [answer for part in photos for answer in ask(classifier, part.pixels)]
    tell_certainty(classifier, photos, answers)
    tell_neither(classifier, answers, options.photos_of_neither, options.each)
    print(f"\nOne answer from pixels, both questions: {milliseconds(classifier, data.test):.1f} ms")
    return 0


def ask(classifier: "Classifier", pixels: np.ndarray) -> Answers:
    """Answer pictures (N, S, S, 3) uint8 one by one, as people ask."""
    return [classifier.classify_pixels(np.array(photo)) for photo in pixels]


def tell_certainty(classifier: "Classifier", photos: list["PhotoSet"], answers: Answers) -> None:
    """Print the calibration error with its bins, and what the band does."""
    labels = np.concatenate([part.labels for part in photos])
    given = np.array([answer.probability_one for answer in answers])
    right = (given >= 0.5) == (labels == 1)
    print(f"{classifier.name}: {right.mean():.1%} of {len(labels)} photos are answered rightly.\n")
    promised, kept, counts = bins_of(given, labels)
    rows = [
        [f"{share:.3f}", f"{truth:.3f}", str(count)]
        for share, truth, count in zip(promised, kept, counts, strict=True)
    ]
    print(table(["certainty", "right", "photos"], rows))
    error = calibration_error(given, labels)
    print(f"\nExpected calibration error, {BINS} bins: {error:.4f}")
    print(f"A perfectly calibrated network would show {unavoidable(given):.4f} on these photos.")
    certainty = classifier.certainty
    if certainty is None:
        print("These weights keep neither a temperature nor a band.")
        return
    raw = calibrated(given, 1 / certainty.temperature)
    print(
        f"Without its temperature of {certainty.temperature:.3f}: "
        f"{calibration_error(raw, labels):.4f}"
    )
    band = certainty.band
    sure = np.array([band.holds(p) for p in given])
    words = "" if band.reached else " (not reached on its validation photos)"
    print(
        f"Band: right {band.target:.0%}{words}, from a certainty of {band.certainty:.0%} on.\n"
        f"  validation: {band.photos} photos, {band.declined:.1%} declined, "
        f"{share(band.right)} of the answered right\n"
        f"  here: {len(labels)} photos, {1 - sure.mean():.1%} declined, "
        f"{share(float(right[sure].mean()) if sure.any() else None)} of the answered right"
    )


def share(value: float | None) -> str:
    """Say a share, or that there is none."""
    return "none" if value is None else f"{value:.1%}"


def unavoidable(given: np.ndarray) -> float:
    """Return the mean error when truth is drawn from the probabilities themselves."""
    random = np.random.default_rng(0)
    draws = [random.random(len(given)) < given for _ in range(200)]
    return float(np.mean([calibration_error(given, truth.astype(np.uint8)) for truth in draws]))


def tell_neither(
    classifier: "Classifier", answers: Answers, folders: list[Path], each: int
) -> None:
    """Print for photos and for every kind of picture of neither which share is declined."""
    if classifier.likeness is None:
        print("\nThese weights do not answer the second question.")
    rows = [row("photos of the two classes", answers)]
    found = []
    for family in KEPT_OUT:
        size = classifier.image_size
        pictures = [draw_neither(family, size, SEED, number) for number in range(each)]
        found.append(ask(classifier, np.stack(pictures)))
        rows.append(row(family, found[-1]))
    rows.append(row("all families together", [answer for part in found for answer in part]))
    rows += [row(folder.name, list(ask_files(classifier, folder))) for folder in folders]
    print("\n" + table(["pictures", "number", "unlike", "unsure", "declined"], rows))


def row(name: str, answers: Answers) -> list[str]:
    """Return the shares of answers that are declined, for each reason and for any."""
    reasons = [answer.declined for answer in answers]
    total = max(1, len(answers))
    counts = [reasons.count(reason) for reason in ("unlike", "unsure")]  # type: ignore[arg-type]
    shares = [f"{count / total:.1%}" for count in (*counts, sum(counts))]
    return [name, str(len(answers)), *shares]


def ask_files(classifier: "Classifier", folder: Path) -> Iterator["Answer"]:
    """Answer every picture in a folder; what is none is passed over."""
    for path in sorted(folder.iterdir()):
        try:
            yield classifier.classify_pixels(decode_photo(path, classifier.image_size).pixels)
        except PhotoError:
            continue


def milliseconds(classifier: "Classifier", photos: "PhotoSet", times: int = 30) -> float:
    """Return the median time of one answer."""
    pixels, found = np.array(photos.pixels[0]), []
    for _ in range(times):
        began = time.perf_counter()
        classifier.classify_pixels(pixels)
        found.append(time.perf_counter() - began)
    return statistics.median(found) * 1000
