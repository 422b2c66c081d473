"""The two networks to compare, as they are given: a run's folder, weights, or an ONNX file."""

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, Union

import numpy as np

from core.compare.networks import NetworksCompared, compare_walks
from core.compare.walk import Walk, walk_through
from core.comparison.rounding import Array
from core.data.decode import decode_photo
from core.errors import ComparisonError
from core.exchange.onnx_file import packages_missing
from core.exchange.taking_weights import NothingFitsError, fitting, read_offer
from core.networks.classifier import Classifier
from core.networks.foreign_weights import fit_foreign
from core.networks.tensors import network_input
from core.runs.load import load_classifier

if TYPE_CHECKING:
    from core.compare.onnx_walk import OnnxNetwork

Side: TypeAlias = Union[Classifier, "OnnxNetwork"]
USUAL_SIDE: Final = 224
"""The side of photos in pixels where both networks take any."""


def load_side(path: Path) -> Side:
    """Load one of the two networks; ``GlassError`` says what of it cannot be used.

    Weights without a description beside them are taken for the network that they fit.
    """
    if path.suffix == ".onnx":
        try:
            from core.compare.onnx_walk import read_onnx
        except ImportError as error:
            raise packages_missing() from error
        return read_onnx(path)
    if path.suffix == ".safetensors" and path.exists() and not path.with_suffix(".json").exists():
        content = read_offer(path)
        try:
            wanted = fitting(content, path.name)
        except NothingFitsError as error:
            raise ComparisonError(
                f"{error} python -m core.take_in {path.name} --network NAME takes it in."
            ) from error
        network, side, classes = wanted.network, wanted.image_size, wanted.classes
        return Classifier(*fit_foreign(content, path.name, network, side, classes), path.name)
    return load_classifier(path)


def compare_on_photo(
    ours: Side, theirs: Side, photo: Path | bytes, names: tuple[str, str]
) -> NetworksCompared:
    """Send a photo through both; it is decoded once, to the side that they take.

    A file of ONNX that takes floats gets what the network of ours sees, and where there is none
    the pixels from 0 to 1. ``GlassError`` when the two take photos of other sizes.
    """
    sizes = [side.image_size for side in (ours, theirs)]
    known = [size for size in sizes if size is not None]
    if len(set(known)) > 1:
        raise ComparisonError(
            f"{names[0]} takes photos of {sizes[0]} pixels and {names[1]} of {sizes[1]}: they "
            "cannot be compared on one photo."
        )
    pixels = np.asarray(decode_photo(photo, known[0] if known else USUAL_SIDE).pixels)
    sees = next((side for side in (ours, theirs) if isinstance(side, Classifier)), None)
    seen = network_input((sees.see(pixels) if sees else pixels)[np.newaxis])[0].numpy()
    walks = (
        walk(side, pixels, seen, name) for side, name in zip((ours, theirs), names, strict=True)
    )
    return compare_walks(*walks)


def walk(side: Side, pixels: np.ndarray, seen: Array, name: str) -> Walk:
    """Send the photo through one of the two."""
    if isinstance(side, Classifier):
        return walk_through(side, pixels, name)
    from core.compare.onnx_walk import walk_onnx

    return walk_onnx(side, pixels, seen)
