"""What a look through photos found, as values that travel as JSON and are told in sentences."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from core.changes import Changes, Choice
from core.records import read_record

SURE = 0.9
"""From this certainty of a network on, its calibrated one, a label looks wrong."""
BY_HEART = (
    "Photos that a network was trained on it may have learnt by heart, wrong labels and all: it "
    "finds more among those that it has never seen, such as those to test on."
)


class Likeness(StrEnum):
    """How alike the pictures of a group are, and how people are told."""

    FILE = "the same file"
    PICTURE = "the same picture"
    MIRRORED = "the same picture, mirrored"
    NEAR = "nearly the same picture"


@dataclass(frozen=True)
class FoundPhoto:
    """One photo: its path below the source, "train" or "test", its label, its size in pixels."""

    name: str
    split: str
    label: int
    width: int
    height: int


@dataclass(frozen=True)
class Alike:
    """Two or more photos that show the same."""

    likeness: Likeness
    photos: tuple[FoundPhoto, ...]

    @property
    def both_labels(self) -> bool:
        """Whether one picture carries both labels, of which one must be wrong."""
        return len({photo.label for photo in self.photos}) > 1

    @property
    def both_splits(self) -> bool:
        """Whether the network is tested on what it was trained on."""
        return len({photo.split for photo in self.photos}) > 1

    @property
    def words(self) -> str:
        """Say what is found, and what is wrong with it."""
        words = f"{self.likeness.capitalize()}, {times(len(self.photos))}"
        if self.both_labels:
            words += ", with both labels"
        return f"{words}{', to train and to test on' if self.both_splits else ''}."

    @property
    def rank(self) -> tuple[bool, bool, int, str]:
        """Sort the worst first."""
        order = list(Likeness).index(self.likeness)
        return not self.both_labels, not self.both_splits, order, self.photos[0].name


@dataclass(frozen=True)
class Odd:
    """A photo whose size is unlike the others', and why, as the end of a sentence."""

    photo: FoundPhoto
    why: str


@dataclass(frozen=True)
class Doubt:
    """A photo of which a network is ``certain`` (0..1) that its label is the other class."""

    photo: FoundPhoto
    certain: float


@dataclass(frozen=True)
class Findings:
    """All that was found among ``looked`` photos; ``classes`` name label 0 and 1.

    ``unreadable`` of them are no photos that can be used. With ``cut`` there were too many that
    are nearly alike to find all.
    """

    classes: tuple[str, str]
    looked: int
    unreadable: int = 0
    alike: tuple[Alike, ...] = ()
    odd: tuple[Odd, ...] = ()
    cut: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Findings":
        """Build it again; ``ValueError`` or ``KeyError`` when a value is not what it was."""
        found = read_record(cls, values)
        if len(found.classes) != 2:
            raise ValueError("two classes are needed")
        alike = [read_record(Alike, each) for each in values["alike"]]
        if any(len(each.photos) < 2 for each in alike):
            raise ValueError("two photos at least are alike")
        return cls(
            (found.classes[0], found.classes[1]),
            found.looked,
            found.unreadable,
            tuple(Alike(Likeness(a.likeness), tuple(map(photo_from, a.photos))) for a in alike),
            tuple(Odd(photo_from(each["photo"]), each["why"]) for each in values["odd"]),
            found.cut,
        )


@dataclass(frozen=True)
class Doubts:
    """Labels that look wrong to ``network``, by its name, which is surest of the first.

    ``looked`` photos were shown to it.
    """

    classes: tuple[str, str]
    looked: int
    network: str
    photos: tuple[Doubt, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Doubts":
        """Build it again; ``ValueError`` or ``KeyError`` when a value is not what it was."""
        found = read_record(cls, values)
        if len(found.classes) != 2:
            raise ValueError("two classes are needed")
        photos = (Doubt(photo_from(each["photo"]), each["certain"]) for each in values["photos"])
        classes = (found.classes[0], found.classes[1])
        return cls(classes, found.looked, found.network, tuple(photos))


def photo_from(values: Any) -> FoundPhoto:  # noqa: ANN401 - any JSON
    """Read one photo; ``ValueError`` when it is none."""
    photo = read_record(FoundPhoto, values)
    if photo.label not in (0, 1) or photo.split not in ("train", "test"):
        raise ValueError("a photo has the label 0 or 1, to train or to test on")
    return photo


def spare_photos(alike: Iterable[Alike], changes: Changes) -> list[str]:
    """Name the photos that show what another one in use shows already, all but one of each group.

    Groups with both labels are left alone: somebody has to say which label is right.
    """
    spare = []
    for each in alike:
        in_use = [p.name for p in each.photos if changes.of(p.name) is not Choice.LEAVE_OUT]
        spare += [] if each.both_labels else in_use[1:]
    return spare


def times(count: int) -> str:
    """Say how often: "twice", "5 times"."""
    return "twice" if count == 2 else f"{count} times"


def said(choice: Choice, photo: FoundPhoto, classes: tuple[str, str]) -> str:
    """Say what a choice makes of a photo: "a cat", "leave out", "a dog"."""
    if choice is Choice.LEAVE_OUT:
        return "leave out"
    return article(classes[photo.label if choice is Choice.KEEP else 1 - photo.label])


def article(name: str) -> str:
    """Put the article before a class's name: "a dog", "an ant"."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
