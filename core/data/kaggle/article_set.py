"""The article's set of photos: where it comes from, where it lies here, and what to load of it."""

from importlib.util import find_spec
from pathlib import Path

from core.config import ARTICLE_SET
from core.data.folder import plan_folder
from core.data.plan import Plan
from core.data.request import DataRequest
from core.errors import DataError
from core.folders import kaggle_folder

HANDLE = ARTICLE_SET.removeprefix("kaggle:")
VERSION = 1
"""Of the set on Kaggle, so that everybody trains on the same photos."""
ADDRESS = f"https://www.kaggle.com/datasets/{HANDLE}"
BY_HAND = (
    f"Or download it in a browser from {ADDRESS} and give the path of the zip as a folder of photos"
)
"""The way out that is always open."""


def article_folder() -> Path:
    """Return the folder of the article's photos, which is there when all of them are."""
    return kaggle_folder() / f"{HANDLE.replace('/', '-')}-{VERSION}"


def is_here() -> bool:
    """Tell whether the article's photos are on this computer."""
    return article_folder().is_dir()


def client_is_here() -> bool:
    """Tell whether kagglehub is installed, which brings them."""
    return find_spec("kagglehub") is not None


def no_client() -> str:
    """Say how to get kagglehub."""
    return (
        "The article's photos come through kagglehub, which is not installed here: "
        f"pip install -r requirements-kaggle.txt brings it. {BY_HAND}."
    )


def place_of(source: str) -> str:
    """Return the path of a source that has a name instead of one; any other as it is."""
    return str(article_folder()) if source == ARTICLE_SET else source


def plan_article_set(request: DataRequest) -> Plan:
    """Plan what to load; ``DataError`` says how to bring the photos here when they are not."""
    if not is_here():
        raise DataError(
            f"The article's photos, {ARTICLE_SET}, are not on this computer yet: Download on the "
            "Train page or python -m core.fetch brings them."
        )
    return plan_folder(request, article_folder())
