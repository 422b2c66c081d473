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


def slots_folder() -> Path:
    """Return the folder of the locks that limit how many trainings run at once."""
    return runs_folder() / ".places"


def cache_folder() -> Path:
    """Return the folder of decoded photos: what GLASS_CNN_CACHE names, or ./cache."""
    return Path(os.environ.get("GLASS_CNN_CACHE") or "cache").absolute()
