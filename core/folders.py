"""Where the program keeps what it makes, and where it is itself."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The folder that holds ``core``; a child process finds the program there."""


def runs_folder() -> Path:
    """Return the folder of all runs: what GLASS_CNN_RUNS names, or ./runs."""
    return Path(os.environ.get("GLASS_CNN_RUNS") or "runs").absolute()


def side_by_side_folder() -> Path:
    """Return the folder of the runs of both engines; lists of other runs leave it out."""
    return runs_folder() / ".side-by-side"


def weights_folder() -> Path:
    """Return the folder of weights that were made elsewhere and taken in."""
    return runs_folder() / ".weights"


def slots_folder() -> Path:
    """Return the folder of the locks that limit how many trainings run at once."""
    return runs_folder() / ".places"


def changes_folder() -> Path:
    """Return the folder of what people changed about their photos, a list for each source."""
    return runs_folder() / ".changes"


def looks_folder() -> Path:
    """Return the folder of what was found in sources of photos; it can be found again."""
    return runs_folder() / ".looks"


def access_folder() -> Path:
    """Return the folder of what decides who may do what on a server: nobody else may read it."""
    return runs_folder() / ".access"


def cache_folder() -> Path:
    """Return the folder of decoded photos: what GLASS_CNN_CACHE names, or ./cache."""
    return Path(os.environ.get("GLASS_CNN_CACHE") or "cache").absolute()


def unpacked_folder() -> Path:
    """Return the folder of unpacked zips; they can be made again, as all that is in the cache."""
    return cache_folder() / ".unpacked"


def kaggle_folder() -> Path:
    """Return the folder of what was brought from Kaggle; it can be brought again."""
    return cache_folder() / ".kaggle"


def uploads_folder() -> Path:
    """Return the folder of zips that were dropped on a page: nobody else may have them."""
    return runs_folder() / ".uploads"


def collections_folder() -> Path:
    """Return the folder of photos that were dropped for training, a folder for each name."""
    return runs_folder() / ".photos"
