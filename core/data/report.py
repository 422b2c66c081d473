"""What a loader found, used and left out, and why, in words and in numbers."""

from dataclasses import asdict, dataclass, field
from typing import Any


def printable(name: str) -> str:
    """Make a file's name fit for a screen: no control characters, no broken encoding."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)


@dataclass(frozen=True)
class LeftOut:
    """One file that is not used: its path below the source, where it would have gone, and why."""

    file: str
    split: str
    class_name: str
    code: str
    sentence: str


@dataclass(frozen=True)
class Group:
    """The photos of one class in one split; found = used + left_out + not needed."""

    split: str
    class_name: str
    label: int
    found: int
    used: int
    left_out: int


@dataclass(frozen=True)
class Report:
    """What was found in a source; ``skipped`` counts litter by reason, notes are sentences."""

    layout: str
    groups: tuple[Group, ...]
    left_out: tuple[LeftOut, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain lists, numbers and strings, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Report":
        """Build the report again from ``as_dict``'s result."""
        return cls(
            layout=values["layout"],
            groups=tuple(Group(**group) for group in values["groups"]),
            left_out=tuple(LeftOut(**file) for file in values["left_out"]),
            skipped=dict(values["skipped"]),
            notes=tuple(values["notes"]),
        )

    def sentences(self) -> list[str]:
        """Tell the whole report in sentences, most important first; without the single files."""
        lines = [self.layout]
        for group in self.groups:
            line = f"{group.split}: {group.used} of {group.found} {group.class_name} photos used"
            lines.append(line + (f", {group.left_out} left out." if group.left_out else "."))
        lines += self.notes
        lines += [f"Skipped unopened: {count} {reason}." for reason, count in self.skipped.items()]
        return lines
