"""Where the photos of a new training come from, as the page names it and as an address says it."""

from dataclasses import dataclass
from pathlib import Path

from core.config import ARTICLE_SET, DRAWN
from core.data.collection.store import collection_named, is_collection
from core.data.typed_source import DROPPED
from core.data.zips.uploads import is_upload, name_in_address, upload_of
from core.errors import DataError

DRAWN_PETS = "Drawn pets"
BOXES = "Photos dropped here"
FOLDER = "A folder of photos"
ZIP = "A zip of photos"
ARTICLE = "The article's photos"
SOURCES = (DRAWN_PETS, BOXES, FOLDER, ZIP, ARTICLE)

WHAT_TO_DO = {
    BOXES: "Drop photos into both boxes to see what a training is shown of them.",
    FOLDER: "Type the path of a folder or zip with photos of two classes to see what is in it.",
    ZIP: "Drop a zip with photos of two classes to see what is in it.",
    ARTICLE: "Once the article's photos are here, some of them are shown here.",
}
"""While there is nothing to train on."""


def source_of(data: str) -> str:
    """Return which choice brings the photos that a config names."""
    if data == DRAWN:
        return DRAWN_PETS
    if data == ARTICLE_SET:
        return ARTICLE
    if is_upload(data):
        return ZIP
    return BOXES if is_collection(data) else FOLDER


@dataclass
class PhotoChoice:
    """Which photos a form takes.

    ``dropped`` is where the zip is kept that was dropped here, ``refused`` says why another one was
    not. ``collection`` is where the chosen photos are kept that were dropped into boxes; with
    ``new_boxes`` others are to be made. A typed path lives in its own widget.
    """

    source: str = DRAWN_PETS
    dropped: str = ""
    refused: str = ""
    collection: str = ""
    new_boxes: bool = False

    @property
    def drawn(self) -> bool:
        """Whether the program draws the pictures itself."""
        return self.source == DRAWN_PETS

    def take(self, data: str) -> None:
        """Choose the photos that a config names."""
        self.source = source_of(data)
        if self.source == ZIP:
            self.dropped = data
        elif self.source == BOXES:
            self.collection = data

    def in_address(self) -> str:
        """Return what the address says of them; nothing of drawn ones and of a typed path."""
        if self.source == ARTICLE:
            return ARTICLE_SET
        if self.source == BOXES and self.collection:
            return f"{DROPPED}{Path(self.collection).name}"
        return name_in_address(self.dropped) if self.source == ZIP and self.dropped else ""

    def read_address(self, said: str) -> str:
        """Choose the photos that an address names; return why they cannot be had, if so."""
        if said == ARTICLE_SET:
            self.source = ARTICLE
            return ""
        if said.startswith(DROPPED):
            self.source = BOXES
            try:
                self.collection = str(collection_named(said.removeprefix(DROPPED)).path)
            except DataError as error:
                return str(error)
            return ""
        upload = upload_of(said)
        self.source, self.dropped = ZIP, str(upload or "")
        return "" if upload else "The zip that the address names is not kept here; drop it again."
