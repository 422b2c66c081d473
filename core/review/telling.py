"""Findings told in lines for people, as a command prints them."""

from collections.abc import Iterator, Sequence

from core.review.findings import BY_HEART, SURE, Doubts, Findings, article
from core.wording import percent

SHOWN = 20  # of each kind; --json lists all


def tell_findings(found: Findings) -> list[str]:
    """Say which photos are alike and which are of odd size."""
    lines = [f"{found.looked:,} photos were compared with one another."]
    if found.alike:
        extra = sum(len(each.photos) - 1 for each in found.alike)
        lines += [f"{count(extra, 'photo')} too many, since others show the same:"]
        lines += shortened(
            [
                f"{each.words} {', '.join(photo.name for photo in each.photos)}"
                for each in found.alike
            ]
        )
    else:
        lines.append("No two of them show the same.")
    if found.cut:
        lines.append("There are too many photos that are nearly alike to find all of them.")
    if found.odd:
        lines.append(f"{count(len(found.odd), 'photo')} of odd size:")
        lines += shortened([f"{odd.photo.name} {odd.why}." for odd in found.odd])
    return lines


def tell_doubts(found: Doubts) -> list[str]:
    """Say whose labels look wrong to a network."""
    asked = f"{found.network} was asked about {found.looked:,} photos"
    if not found.photos:
        return [f"{asked} and is nowhere sure of the other class.", BY_HEART]
    lines = [f"{asked} and is at least {SURE * 100:.0f} % sure that these labels are wrong:"]
    lines += shortened(
        [
            f"{doubt.photo.name}: {percent(doubt.certain)} sure that it is "
            f"{article(found.classes[1 - doubt.photo.label])}."
            for doubt in found.photos
        ]
    )
    return [*lines, BY_HEART]


def shortened(lines: Sequence[str]) -> Iterator[str]:
    """Indent the first lines, and say how many more there are."""
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN} more; --json lists all"


def count(number: int, noun: str) -> str:
    """Count things: "1 photo", "1,200 photos"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
