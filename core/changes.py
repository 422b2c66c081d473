"""What a person changed about the photos of a source: some left out, labels of others turned over.

Nothing in the source is touched. A photo goes by its path below the source, as it can be shown.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from core.errors import ConfigError
from core.wording import listed


class Choice(StrEnum):
    """What becomes of one photo."""

    KEEP = "keep"
    LEAVE_OUT = "leave out"
    TURN_OVER = "turn over"


@dataclass(frozen=True)
class Changes:
    """Names of photos, each in one place at most. ``ConfigError`` for what is no list of names."""

    left_out: tuple[str, ...] = ()
    turned_over: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("left_out", "turned_over"):
            object.__setattr__(self, field, checked_photos(field, getattr(self, field)))
        if both := set(self.left_out) & set(self.turned_over):
            raise ConfigError(
                f"A photo is either left out or has its label turned over, not both: {min(both)!r}."
            )

    def __bool__(self) -> bool:
        return bool(self.left_out or self.turned_over)

    def of(self, name: str) -> Choice:
        """Return what becomes of a photo."""
        if name in self.left_out:
            return Choice.LEAVE_OUT
        return Choice.TURN_OVER if name in self.turned_over else Choice.KEEP

    def choose(self, name: str, choice: Choice) -> "Changes":
        """Return the same changes but for one photo."""
        left_out, turned_over = set(self.left_out) - {name}, set(self.turned_over) - {name}
        if choice is not Choice.KEEP:
            (left_out if choice is Choice.LEAVE_OUT else turned_over).add(name)
        return Changes(tuple(left_out), tuple(turned_over))

    @property
    def words(self) -> str:
        """Count them: "3 photos left out and 1 label turned over"; nothing for none."""
        out, over = len(self.left_out), len(self.turned_over)
        parts = [f"{out:,} photo{'' if out == 1 else 's'} left out"] if out else []
        parts += [f"{over:,} label{'' if over == 1 else 's'} turned over"] if over else []
        return listed(parts)


def checked_photos(field: str, values: object) -> tuple[str, ...]:
    """Return names of photos, each once and in sorted order; ``ConfigError`` when they are none."""
    what = field.replace("_", " ").capitalize()
    if not isinstance(values, Collection) or isinstance(values, str | dict):
        raise ConfigError(f"{what} must be a list of photos' names, not {values!r}.")
    for value in values:
        if not isinstance(value, str) or not value or not value.isprintable():
            raise ConfigError(
                f"{what} must name photos by their paths below the source, not {value!r}."
            )
    return tuple(sorted(set(values)))
