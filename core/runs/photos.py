"""The photos that runs are trained on: loading them, and keeping their zips among others."""

import contextlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.config import PLACELESS, TrainConfig
from core.errors import DataError, PlaceError
from core.files import read_json
from core.folders import runs_folder, side_by_side_folder

if TYPE_CHECKING:
    from core.data import Data


def load_photos(config: TrainConfig, progress: Callable[[int, int], None]) -> "Data":
    """Load the photos of a run; ``DataError`` says also that they are no longer where they were."""
    # decoders, which most readers of runs never need
    from core.data import DataRequest, load_data
    from core.data.collection.store import is_collection

    try:
        return load_data(DataRequest.of(config), progress)
    except PlaceError:
        raise
    except DataError as error:
        here = config.data in PLACELESS or is_collection(config.data) or os.path.exists(config.data)
        if here:
            raise
        raise DataError(f"{error} Put it back there, and the run can go on.") from error


def make_room() -> None:
    """Remove unpacked and dropped zips that no run needs, if they take too much room."""
    from core.data.zips import room

    with contextlib.suppress(OSError):  # what cannot be removed now can be later
        room.make_room(named_sources())


def named_sources() -> set[str]:
    """Return the sources of photos that runs name, also those that cannot be opened otherwise."""
    named = set()
    for root in (runs_folder(), side_by_side_folder()):
        for path in root.glob("*/config.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                named.add(str(read_json(path)["config"]["data"]))
    return named
