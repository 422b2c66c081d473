"""Which files of a run's folder travel, and what of its records is no business of others.

Inside the zip they lie in a folder of the run's own, so that unpacked by hand it is a run as well.
"""

import re
from pathlib import Path, PurePosixPath
from typing import Any, Final

from core.config import DRAWN, PLACELESS

MEGABYTE: Final = 2**20
KINDS: Final = {
    r"config\.json": 4 * MEGABYTE,
    r"name\.json": MEGABYTE,
    r"status\.json": MEGABYTE,
    r"events\.jsonl": 256 * MEGABYTE,
    r"test_photos\.json": 128 * MEGABYTE,
    r"predictions/epoch-\d{4,6}\.safetensors": 32 * MEGABYTE,
    r"checkpoints/epoch-\d{4,6}(-step-\d{6,9})?\.json": 16 * MEGABYTE,
    r"checkpoints/epoch-\d{4,6}(-step-\d{6,9})?\.safetensors": 512 * MEGABYTE,
    r"checkpoints/epoch-\d{4,6}(-step-\d{6,9})?\.optimizer\.safetensors": 1536 * MEGABYTE,
}
"""The files of a run by their paths in its folder, and how many bytes each may have."""

STAYS: Final = ("owner",)
"""What of a record no other installation has any business with: whose browser began the run."""


def most_bytes(path: str) -> int | None:
    """Return how many bytes a file of a run may have; None for one that no run has."""
    return next((most for kind, most in KINDS.items() if re.fullmatch(kind, path)), None)


def photos_folder_name(data: str) -> str:
    """Return the name of a source's folder without where it lies, which tells of its owner.

    It is one that no path leads to by accident: no home folder, and not the word for drawn pets.
    """
    if data in PLACELESS:
        return data
    name = PurePosixPath(data.replace("\\", "/")).name.lstrip("~.").strip() or "photos"
    return "drawn-photos" if name == DRAWN else name


def without_places(record: dict[str, Any], data: str) -> dict[str, Any]:
    """Return a record whose texts name the folder of photos without where it lies, nor who began
    the run.
    """
    told, name = str(Path(data)), photos_folder_name(data)

    def changed(value: object) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, str):
            return value if data in PLACELESS else value.replace(told, name)
        if isinstance(value, dict):
            return {key: changed(each) for key, each in value.items()}
        return [changed(each) for each in value] if isinstance(value, list) else value

    return {key: changed(value) for key, value in record.items() if key not in STAYS}
