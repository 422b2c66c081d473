"""Names that visitors give to a collection and its classes: they become names of folders."""

import re
import unicodedata
from collections.abc import Collection as Several

from core.data.folder_layout import class_key, split_of
from core.data.report import printable
from core.errors import DataError

LONGEST = 40
NAME = re.compile(r"[^\W_]([\w .&'()+-]*[\w)])?")
ALLOWED = (
    f"1 to {LONGEST} letters, digits, blanks, dots, dashes and the like, beginning with a letter "
    "or a digit"
)


def checked_name(typed: str, what: str) -> str:
    """Return a name as it is kept; ``DataError`` for one that could lead anywhere as a path.

    ``what`` it is begins the sentence: "The name of the first class".
    """
    name = unicodedata.normalize("NFC", " ".join(typed.split()))
    if len(name) > LONGEST or not NAME.fullmatch(name):
        came = repr(printable(name[:60])) if name else "nothing"
        raise DataError(f"{what} must have {ALLOWED}, not {came}.")
    return name


def checked_classes(typed: tuple[str, str]) -> tuple[str, str]:
    """Return the names of two classes; ``DataError`` when they are not to be told apart."""
    first = checked_name(typed[0], "The name of the first class")
    second = checked_name(typed[1], "The name of the second class")
    for name in (first, second):
        if split_of(name):
            raise DataError(
                f"A class cannot be called {name}: folders of that name hold photos of both "
                "classes."
            )
    if class_key(first) == class_key(second):
        raise DataError(f"The two classes need different names, not {first} and {second}.")
    return first, second


def is_taken(name: str, names: Several[str]) -> bool:
    """Tell whether a name is among others, as a disk sees it that knows no capital letters."""
    return name.casefold() in {each.casefold() for each in names}
