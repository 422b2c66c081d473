"""Weights on disk: safetensors beside JSON with check sums, never pickle.

Weights are two files. ``NAME.safetensors`` holds the arrays under torch's names (float16 is read as
float32). ``NAME.json`` says what they are: ``model`` (a preset's name), ``image_size``, ``classes``
([name of label 0, name of label 1]), ``mistakes`` (names from ``core.mistakes``; none when left
out), ``certainty`` (``core.networks.calibration``) and ``likeness`` (``core.networks.likeness``)
where they were measured, and for people ``accuracy`` on the test photos and ``recipe``, the config
of the training. It holds the SHA-256 of the arrays' file, of the optimiser's file
``NAME.optimizer.safetensors`` if there is one, and of itself. The JSON is written last: weights
without it do not exist yet, and weights whose sums do not match are treated as missing.
Checkpoints of a run, exported weights and the shipped model all have this form.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.errors import ModelError
from core.files import read_json, sha256, write_atomically, write_json

SHIPPED = Path(__file__).parent / "shipped" / "cat-or-dog.safetensors"
"""The weight file of the model that comes with the program."""


def write_weight_file(
    path: Path,
    weights: Mapping[str, np.ndarray],
    facts: Mapping[str, Any],
    optimizer: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write ``path`` (ending in .safetensors) and its JSON, each whole or not at all."""
    sums = {"sha256": write_arrays(path, weights)}
    if optimizer:
        sums["optimizer_sha256"] = write_arrays(optimizer_path(path), optimizer)
    write_json(path.with_suffix(".json"), sealed({**facts, **sums}), durable=True)


def add_facts(path: Path, facts: Mapping[str, Any]) -> None:
    """Write more facts into the JSON beside ``path``; the arrays stay as they are."""
    record = sealed({**read_weight_record(path), **facts})
    write_json(path.with_suffix(".json"), record, durable=True)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    """Write arrays atomically and durably; return the file's SHA-256."""
    # Torch's views may lie channels last in memory; the file holds the order of the shape.
    content = save({name: np.asarray(array, order="C") for name, array in arrays.items()})
    write_atomically(path, content, durable=True)
    return hashlib.sha256(content).hexdigest()


def read_weight_file(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read weights (float16 ones as float32) and facts; ``ModelError`` says what is wrong."""
    record = read_weight_record(path)
    return read_arrays(path, record.get("sha256")), record


def read_weight_record(path: Path) -> dict[str, Any]:
    """Read the JSON beside ``path`` and check its own sum; ``ModelError`` says what is wrong."""
    beside = path.with_suffix(".json")
    try:
        record = read_json(beside)
    except OSError as error:
        raise ModelError(
            f"{path.name} needs {beside.name} beside it, which cannot be read: {error.strerror}."
        ) from error
    except ValueError as error:
        raise ModelError(f"{beside.name} is damaged: it is not a JSON object.") from error
    # The first records had no sum; since they hold a network's text, all have one.
    needed = "record_sha256" in record or "network" in record
    if needed and record.get("record_sha256") != record_sum(record):
        raise ModelError(f"{beside.name} is damaged: its check sum does not match its content.")
    return record


def read_arrays(path: Path, expected_sum: object) -> dict[str, np.ndarray]:
    """Read arrays whose file has the expected SHA-256; ``ModelError`` says what is wrong."""
    try:
        digest = sha256(path)
        if digest != expected_sum:
            raise ModelError(
                f"{path.name} is damaged: its SHA-256 begins with {digest[:12]}, "
                f"but {path.stem}.json expects {str(expected_sum)[:12]}."
            )
        arrays = load_file(path)
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}.") from error
    except SafetensorError as error:
        raise ModelError(f"{path.name} is no safetensors file: {error}.") from error
    return {
        name: array.astype(np.float32) if array.dtype == np.float16 else array
        for name, array in arrays.items()
    }


def to_half(array: np.ndarray) -> np.ndarray:
    """Return float32 values as float16 where their range allows it; other types as they are."""
    if array.dtype != np.float32 or np.abs(array).max(initial=0) > np.finfo(np.float16).max:
        return array
    return array.astype(np.float16)


def optimizer_path(path: Path) -> Path:
    """Return where the optimiser of a weight file is kept."""
    return path.with_name(f"{path.stem}.optimizer.safetensors")


def sealed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON record with its own sum, whatever sum it had."""
    return {**record, "record_sha256": record_sum(record)}


def record_sum(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a JSON record without its own sum."""
    values = {name: value for name, value in record.items() if name != "record_sha256"}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
