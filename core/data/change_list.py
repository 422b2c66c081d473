"""The list of what people changed about a source's photos: one JSON file for each source.

It lies in the program's own folder, so that nothing is written beside anybody's photos. A training
takes a copy of it into its config: what is changed later changes no run.
"""

import hashlib
import os
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock

from core.changes import Changes, Choice
from core.config import DRAWN
from core.data.report import printable
from core.errors import DataError
from core.files import read_json, write_json, writing
from core.folders import changes_folder
from core.records import read_record


class ChangeList:
    """The list of ``source``: what ``typed_source`` returns, a path or a source by its name."""

    def __init__(self, source: str) -> None:
        self.source = str(Path(source).resolve()) if os.path.isabs(source) else source
        key = hashlib.sha256(self.source.encode(errors="surrogateescape")).hexdigest()[:32]
        self.path = changes_folder() / f"{key}.json"

    def read(self) -> Changes:
        """Return what is changed; ``DataError`` when the list is damaged."""
        try:
            return read_record(Changes, read_json(self.path))
        except FileNotFoundError:
            return Changes()
        except (OSError, ValueError) as error:
            raise DataError(
                f"The list of what was changed about {printable(self.source)} cannot be read: "
                f"{str(error).rstrip('.')}. Mend or delete {self.path}; the photos are untouched."
            ) from error

    def choose(self, *names: str, choice: Choice) -> Changes:
        """Write down what becomes of some photos; return all that is changed now.

        ``DataError`` when the list is damaged, ``WriteError`` when it cannot be written.
        """
        with writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock")):  # two browsers may change it at once
                changes = self.read()
                for name in names:
                    changes = changes.choose(name, choice)
                self.write(changes)
        return changes

    def clear(self) -> None:
        """Take everything back, whatever the list holds."""
        self.path.unlink(missing_ok=True)

    def write(self, changes: Changes) -> None:
        """Replace the list."""
        source = printable(self.source)
        write_json(self.path, {"source": source} | asdict(changes), durable=True)


def changes_of(source: str) -> Changes:
    """Return what is changed about a source of photos; drawn pets have no list."""
    return Changes() if source == DRAWN else ChangeList(source).read()
