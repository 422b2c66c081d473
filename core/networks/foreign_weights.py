"""Weights that were made elsewhere: a safetensors file, its header checked before it is believed.

A safetensors file begins with the length of its header, 8 bytes, then the header, JSON that gives
each array's name, dtype, shape and place (https://github.com/huggingface/safetensors#format).
Nothing in it can run. Files of pickle can, so they are recognised by their first bytes and refused.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import nn

from core.architecture.library import NAMES, canonical, layers_of, presets, text_of
from core.config import LIMITS, checked_mistakes, recipe_for
from core.errors import ConfigError, ModelError
from core.networks.modules import torch_modules
from core.wording import is_plain, quote, shape_words, spoken_size

MOST_BYTES: Final = 512 * 2**20
MOST_HEADER: Final = 2**20
"""Bytes: a hundred layers take a tenth of it."""
MOST_ARRAYS: Final = 2000
DTYPES: Final = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8}
"""What arrays may be, and the bytes of each number; counters are I64."""
COUNTERS: Final = ("num_batches_tracked", "masks_drawn")
"""What no answer depends on, and other programs leave out."""
SIDES: Final = (224, 96, 160, 64, 128, 32, 48, 192, 256)
"""Sizes of photos in pixels that are tried to find out for which the weights are."""
MAGICS: Final = (
    (b"PK\x03\x04", "a zip, as torch.save writes it for .pt and .pth files: inside it is pickle"),
    (b"\x80", "a file of pickle"),
    (b"\x89HDF", "an HDF5 file, as Keras writes it"),
    (b"GGUF", "a GGUF file"),
    (b"\x93NUMPY", "a .npy file of one array"),
    (b"\x08", "an ONNX file"),
)
WAY_OUT: Final = (
    "Write it as safetensors where it was made: safetensors.torch.save_file(model.state_dict(), "
    '"weights.safetensors").'
)

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Header:
    """What a file says it holds, before any of its numbers is read."""

    shapes: Shapes
    metadata: dict[str, str]


def read_header(content: bytes, name: str) -> Header:
    """Read and check the header of a safetensors file; ``ModelError`` says what is wrong."""
    check_magic(content, name)
    length = int.from_bytes(content[:8], "little")
    if length > MOST_HEADER:
        raise ModelError(
            f"{name} is no safetensors file, or a damaged one: its first 8 bytes promise a header "
            f"of {length:,} bytes, and {MOST_HEADER:,} are allowed."
        )
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{name} is damaged: its header is not JSON text.") from error
    if len(content) < 8 + length or not isinstance(header, dict):
        raise ModelError(f"{name} is damaged: its header is not a JSON object.")
    metadata = header.pop("__metadata__", {})
    if len(header) > MOST_ARRAYS:
        raise ModelError(f"{name} may hold {MOST_ARRAYS:,} arrays, not {len(header):,}.")
    room = len(content) - 8 - length
    shapes = {key: checked_shape(key, facts, room, name) for key, facts in header.items()}
    if not shapes:
        raise ModelError(f"{name} holds no arrays.")
    texts = isinstance(metadata, dict) and all(isinstance(x, str) for x in metadata.values())
    return Header(shapes, metadata if texts else {})


def check_magic(content: bytes, name: str) -> None:
    """Raise ``ModelError`` for a file that is something else by its first bytes, or too large."""
    if len(content) > MOST_BYTES:
        raise ModelError(
            f"{name} has {spoken_size(len(content))}; {spoken_size(MOST_BYTES)} are allowed."
        )
    if content[8:9] == b"{":  # a header follows its length
        return
    for magic, what in MAGICS:
        if content.startswith(magic):
            why = " Opening pickle can run any program, so it is never done here." * (
                "pickle" in what
            )
            raise ModelError(f"{name} is {what}.{why} {WAY_OUT}")
    raise ModelError(f"{name} is no safetensors file: it does not begin as one does. {WAY_OUT}")


def checked_shape(key: str, facts: object, room: int, name: str) -> tuple[int, ...]:
    """Return an array's shape; ``ModelError`` when its entry in the header cannot be used."""
    if len(key) > 200 or not key.isprintable():
        raise ModelError(f"{name} holds an array whose name cannot be used: {quote(key)}.")
    dtype, shape = (
        (facts.get("dtype"), facts.get("shape")) if isinstance(facts, dict) else (None, None)
    )
    if dtype not in DTYPES:
        raise ModelError(
            f"{name}: {key} must hold numbers of {', '.join(DTYPES)}, not {quote(str(dtype))}."
        )
    sizes: list[Any] = shape if isinstance(shape, list) and len(shape) <= 8 else [None]
    if not all(type(size) is int and 0 <= size <= room for size in sizes):
        raise ModelError(f"{name}: the shape of {key} cannot be used: {quote(str(shape))}.")
    if prod(sizes) * DTYPES[dtype] > room:
        raise ModelError(
            f"{name} is damaged: {key} is to hold {shape_words(tuple(sizes))} numbers, more than "
            "the file has."
        )
    return tuple(sizes)


def read_foreign_arrays(content: bytes, name: str) -> dict[str, np.ndarray]:
    """Read all arrays, floating ones as float32; ``ModelError`` for any that is not finite."""
    read_header(content, name)
    try:
        tensors = safetensors.torch.load(content)
    except SafetensorError as error:
        raise ModelError(f"{name} is damaged: {error}.") from error
    arrays = {}
    for key, tensor in tensors.items():
        finite = tensor.isfinite() if tensor.is_floating_point() else torch.tensor(True)
        if not finite.all():
            bad = int((~finite).sum())
            raise ModelError(f"{name}: {key} holds {bad:,} numbers that are not finite.")
        arrays[key] = (tensor.float() if tensor.is_floating_point() else tensor).numpy()
    return arrays


def wanted_shapes(network: str, image_size: int) -> Shapes:
    """Return the names and shapes of a network's weights; nothing is computed for it.

    ``ArchitectureError`` when there is no such network for photos of that size.
    """
    with torch.device("meta"):
        model = nn.Sequential(*torch_modules(layers_of(network, image_size), image_size))
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def renamed(names: Collection[str], wanted: Collection[str]) -> dict[str, str]:
    """Return for each name of a file its name in the network.

    What all of them begin with, such as "module." or "net.", is left out where that helps.
    """
    ours = set(wanted)
    firsts = {name.partition(".")[0] for name in names}
    if not ours & set(names) and len(firsts) == 1:
        return {name: name.partition(".")[2] for name in names}
    return {name: name for name in names}


def misfit(shapes: Mapping[str, tuple[int, ...]], network: str, image_size: int) -> str:
    """Say in a sentence what of a file does not fit a network; empty when all does."""
    wanted = wanted_shapes(network, image_size)
    given = {new: shapes[old] for old, new in renamed(shapes, wanted).items()}
    named = canonical(network)
    whose = f"the {named} network" if named in NAMES else "the network"
    at = f" for photos of {image_size} pixels"
    missing = [name for name in wanted if name not in given and not is_counter(name)]
    extra = [name for name in given if name not in wanted and not is_counter(name)]
    sentences = []
    if missing:
        sentences.append(f"{whose}{at} has {some_of(missing)}, which the file has not")
    if extra:
        sentences.append(f"the file has {some_of(extra)}, which {whose} has not")
    if sentences:
        said = "; ".join(sentences)
        return f"{said[0].upper()}{said[1:]}."
    for name, shape in wanted.items():
        if name in given and given[name] != shape:
            return (
                f"{name} is {shape_words(given[name])} in the file, and {shape_words(shape)} in "
                f"{whose}{at}."
            )
    return ""


def some_of(names: Collection[str]) -> str:
    """Name one of several arrays, and how many more there are."""
    first, more = next(iter(names)), len(names) - 1
    return f"{first} and {more} more" if more else first


def is_counter(name: str) -> bool:
    """Tell whether an array only counts."""
    return name.rpartition(".")[2] in COUNTERS


def guess_network(
    header: Header, network: str | None = None, image_size: int | None = None
) -> tuple[str, int] | None:
    """Find the network and the photos' size for which a file is; None where nothing fits.

    What is told is taken, or what the file says of itself; else every preset and usual sizes.
    """
    network = network or header.metadata.get("network")
    said = header.metadata.get("image_size", "")
    if image_size is None and said.isdecimal() and len(said) < 5:
        image_size = int(said)
    for each in [network] if network else [*presets()]:
        usual = (recipe_for(each).image_size if each in NAMES else SIDES[0], *SIDES)
        for side in [image_size] if image_size else usual:
            try:
                if not misfit(header.shapes, each, side):
                    return canonical(each), side
            except ConfigError:  # no photo of that size fits the network
                continue
    return None


def fit_foreign(
    content: bytes,
    name: str,
    network: str,
    image_size: int,
    classes: tuple[str, str],
    mistakes: Collection[str] = (),
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return arrays and facts of a file as weights of a network, as ``write_weight_file`` takes.

    Every name, shape and number is checked; ``ModelError`` or ``ArchitectureError`` say in a
    sentence what does not fit. Counters that other programs leave out begin at 0.
    """
    low, high = LIMITS["image_size"]
    if not low <= image_size <= high:
        raise ModelError(f"Image size must be from {low} to {high} pixels, not {image_size}.")
    named = all(each.strip() and is_plain(each) for each in classes)
    if not named or classes[0].strip() == classes[1].strip():
        zero, one = classes
        raise ModelError(
            f"The two classes must have different, plain names, not {zero!r} and {one!r}."
        )
    wrong = misfit(read_header(content, name).shapes, network, image_size)
    if wrong:
        raise ModelError(f"{name} does not fit. {wrong}")
    given = read_foreign_arrays(content, name)
    wanted = wanted_shapes(network, image_size)
    names = {new: old for old, new in renamed(given, wanted).items()}
    weights = {
        new: given[names[new]] if new in names else np.zeros(shape, np.int64)
        for new, shape in wanted.items()
    }
    facts = {
        "model": canonical(network) if canonical(network) in NAMES else "own network",
        "network": text_of(network),
        "image_size": image_size,
        "classes": [each.strip() for each in classes],
        "mistakes": [str(each) for each in checked_mistakes(mistakes)],
    }
    return weights, facts
