"""How one network differs from another, in a few words: "without batchnorm", "tanh for relu"."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product

from core.architecture.layer import Layer
from core.architecture.text import Layers, write_changed, write_layer
from core.wording import listed, numbered

MOST_TRIED = 3
"""Kinds of lines that are gone, and that are new, up to which one change to all is looked for."""


@dataclass(frozen=True)
class Change:
    """One layer that went, came, or became another; ``label`` names it, as "conv 3"."""

    old: Layer | None
    new: Layer | None
    label: str = ""


def changes(old: Layers, new: Layers) -> list[Change]:
    """List what turns ``old`` into ``new``, layer by layer."""
    return changes_to_all(old, new) or list(changes_by_place(old, new))


def changes_to_all(old: Layers, new: Layers) -> list[Change]:
    """List the changes when all layers of some kinds went or became others; else nothing."""
    gone = list(dict.fromkeys(layer for layer in old if layer not in new))
    came = list(dict.fromkeys(layer for layer in new if layer not in old))
    if not gone or max(len(gone), len(came)) > MOST_TRIED:
        return []
    for choice in product([None, *came], repeat=len(gone)):
        becomes: dict[Layer, Layer | None] = dict(zip(gone, choice, strict=True))
        made = [(layer, becomes.get(layer, layer)) for layer in old]
        if tuple(layer for _, layer in made if layer is not None) == new:
            kept = [layer for _, layer in made if layer is not None]
            labels = iter(numbered([layer.word for layer in kept]))
            named = [(each, after, next(labels) if after else "") for each, after in made]
            return [Change(*each) for each in named if each[0] != each[1]]
    return []


def changes_by_place(old: Layers, new: Layers) -> Iterator[Change]:
    """Follow both networks; where they differ, pair layers of one kind, then what stands alike."""
    labels = numbered([layer.word for layer in new])
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, stop, first, last in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone, came = list(range(start, stop)), list(range(first, last))
        pairs = list(zip(gone, came, strict=True)) if len(gone) == len(came) else []
        pairs = pairs or pairs_of_one_kind([old[i] for i in gone], [new[j] for j in came])
        if len(gone) != len(came):
            pairs = [(gone[i], came[j]) for i, j in pairs]
        yield from (Change(old[i], new[j], labels[j]) for i, j in pairs)
        yield from (Change(old[i], None) for i in gone if i not in dict(pairs))
        yield from (Change(None, new[j], labels[j]) for j in came if j not in dict(pairs).values())


def pairs_of_one_kind(gone: Sequence[Layer], came: Sequence[Layer]) -> list[tuple[int, int]]:
    """Pair layers of the same kind, in order."""
    matcher = SequenceMatcher(None, [g.word for g in gone], [c.word for c in came], autojunk=False)
    return [
        (block.a + step, block.b + step)
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    ]


def told(old: Layers, new: Layers, *, briefly: bool = False) -> str:
    """Say what sets ``new`` apart from ``old``: "without batchnorm, with kernel 5 in conv 1".

    Layers are written whole, or ``briefly`` by their kinds. Nothing when both are the same.
    """
    found = changes(old, new)
    gone = [change.old for change in found if change.old and not change.new]
    added = [change.new for change in found if change.new and not change.old]
    without = listed(counted(gone, old, briefly))
    came = [*counted(added, new, briefly), *replaced(found, old, briefly), *changed(found, new)]
    parts = [f"without {without}" if without else "", f"with {listed(came)}" if came else ""]
    return ", ".join(filter(None, parts))


def counted(some: Iterable[Layer], layers: Layers, briefly: bool = False) -> list[str]:
    """Write layers, each once, with how many there are unless that is one or all of ``layers``."""
    write = (lambda layer: layer.word) if briefly else write_layer
    total, counts = Counter(map(write, layers)), Counter(map(write, some))
    return [
        line if count in (1, total[line]) else f"{count} {line}" for line, count in counts.items()
    ]


def replaced(found: Iterable[Change], old: Layers, briefly: bool) -> list[str]:
    """Say which layers became others of another kind: "tanh for relu"."""
    pairs: dict[Layer, list[Layer]] = {}
    for change in found:
        if change.old and change.new and change.old.word != change.new.word:
            pairs.setdefault(change.new, []).append(change.old)
    return [
        f"{new.word if briefly else write_layer(new)} for {listed(counted(before, old, briefly))}"
        for new, before in pairs.items()
    ]


def changed(found: Iterable[Change], new: Layers) -> list[str]:
    """Say which numbers changed, and where: "kernel 5 in conv 1", "bias off in all conv"."""
    places: dict[tuple[str, str], list[str]] = {}
    for change in found:
        if change.old and change.new and change.old.word == change.new.word:
            key = " ".join(write_changed(change.old, change.new)), change.new.word
            places.setdefault(key, []).append(change.label)
    total = Counter(layer.word for layer in new)
    return [
        f"{numbers} in {labels[0]}"
        if len(labels) == 1
        else f"{numbers} in {'all' if len(labels) == total[word] else len(labels)} {word}"
        for (numbers, word), labels in places.items()
    ]
