"""The verdict on two networks in sentences, and its table."""

from collections.abc import Iterator

from core.compare.arrays import Outcome
from core.compare.networks import LayersCompared, NetworksCompared
from core.compare.words import units_words, worst_sentence
from core.wording import listed, shape_words


def network_headline(compared: NetworksCompared) -> str:
    """Say in one sentence where the two part."""
    if compared.entered.outcome is Outcome.DIFFERENT:
        return "The two part before their first layer: not the same photo comes into it."
    first = compared.first
    if first is not None:
        return f"The two part at {where(compared, first)}."
    if compared.unpaired:
        return "The two agree as far as they can be compared."
    if compared.outcome is Outcome.EQUAL:
        return "The two agree in every layer to the last bit."
    return "The two agree in every layer: rounding explains every difference."


def network_report(compared: NetworksCompared) -> str:
    """Return what can be pasted into a bug report."""
    parts = [f"{compared.ours.name} and {compared.theirs.name}, on one photo.", *answers(compared)]
    parts.append(network_headline(compared))
    first = compared.first
    if compared.entered.outcome is Outcome.DIFFERENT:
        parts += [worst_sentence(compared.entered), *compared.entered.findings]
        parts += [f"Given the same photo, they part at {where(compared, first)}."] if first else []
    if first is not None:
        parts += layer_sentences(first)
    later = [each for each in compared.layers if each.parts and each is not first]
    if later and first is not None:
        parts.append(f"{also(later)}.")
    others = [each.ours.name for each in compared.layers if not each.by_itself]
    if others:
        parts.append(
            f"{listed(others)}: not to be repeated on the same numbers, and compared as both came "
            "out."
        )
    return " ".join(filter(None, [*parts, compared.unpaired, *notes(compared)]))


def where(compared: NetworksCompared, layer: LayersCompared) -> str:
    """Name a layer by what each network calls it."""
    ours, theirs = layer.ours.label, layer.theirs.label
    if ours == theirs:
        return ours
    return f"{ours} in {compared.ours.name}, {theirs} in {compared.theirs.name}"


def layer_sentences(layer: LayersCompared) -> list[str]:
    """Say what of a layer differs."""
    given = "Given the same numbers, it" if layer.by_itself else "It"
    verdict = layer.compared
    return [
        f"{given} gives out others in {verdict.beyond:,} of {verdict.size:,} places.",
        worst_sentence(verdict),
        *layer.differences,
        *verdict.findings,
    ]


def also(later: list[LayersCompared]) -> str:
    """Say that further layers part too, each by itself."""
    names = [each.ours.name for each in later[:4]]
    more = f" and {len(later) - 4} more" if len(later) > 4 else ""
    return f"Further down, each on the same numbers, part also {', '.join(names)}{more}"


def answers(compared: NetworksCompared) -> Iterator[str]:
    """Say what both come to in the end."""
    ours, theirs = compared.ours.answer, compared.theirs.answer
    if ours is not None and theirs is not None:
        yield f"They answer {ours:.6g} and {theirs:.6g}."


def notes(compared: NetworksCompared) -> Iterator[str]:
    """Say how the photo was prepared, with a full stop."""
    for note in (*compared.ours.notes, *compared.theirs.notes):
        yield note if note.endswith(".") else f"{note[0].upper()}{note[1:]}."


def table(compared: NetworksCompared) -> Iterator[str]:
    """Yield a line for what enters, and one for each pair of layers."""
    rows = [("the photo, prepared", compared.ours.entered.shape, compared.entered, True)]
    rows += [
        (name(each), each.ours.output.shape, each.compared, each.by_itself)
        for each in compared.layers
    ]
    wide = max(len(row[0]) for row in rows)
    shapes = max(len(shape_words(row[1])) for row in rows)
    for called, shape, verdict, by_itself in rows:
        if verdict.outcome is Outcome.EQUAL:
            said = "equal"
        else:
            said = units_words(verdict, short=True)
            said += " <- parts" * (verdict.outcome is Outcome.DIFFERENT)
        said += "" if by_itself else " (on their own ways)"
        yield f"  {called:<{wide}}  {shape_words(shape):<{shapes}}  {said}"


def name(layer: LayersCompared) -> str:
    """Name a pair of layers in the table."""
    ours, theirs = layer.ours.name, layer.theirs.name
    return ours if ours == theirs else f"{ours} / {theirs}"
