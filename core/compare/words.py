"""The verdict on two arrays in sentences: the one to paste into a bug report, and the headline."""

from math import isinf

from core.compare.arrays import ArraysCompared, Outcome


def headline(compared: ArraysCompared) -> str:
    """Say in one sentence what the comparison comes to."""
    if compared.outcome is Outcome.EQUAL:
        return "Both are equal to the last bit."
    if compared.outcome is Outcome.ROUNDING:
        return "Rounding explains every difference."
    return (
        f"This is not rounding: {numbers(compared.beyond, compared.size)} further apart than "
        "rounding explains."
    )


def report(compared: ArraysCompared) -> str:
    """Return what can be pasted into a bug report."""
    ours, theirs = compared.names
    kinds = compared.kinds
    what = f"{kinds[0]} each" if kinds[0] == kinds[1] else f"{kinds[0]} and {kinds[1]}"
    if compared.outcome is Outcome.EQUAL:
        equal = f"{ours} and {theirs} ({what}) are equal to the last bit."
        return " ".join([equal, *compared.findings])
    parts = [
        f"{ours} and {theirs} ({what}): {numbers(compared.different, compared.size)} different.",
        worst_sentence(compared),
        headline(compared),
        *compared.findings,
        needed_sentence(compared),
        compared.basis,
    ]
    return " ".join(filter(None, parts))


def worst_sentence(compared: ArraysCompared) -> str:
    """Say where the two are furthest apart in units of rounding, and how far."""
    worst = compared.worst
    if worst is None:
        return ""
    ours, theirs = worst.pair
    place = f"at {list(worst.index)}" if worst.index else "in the one number"
    return (
        f"Furthest apart in units of rounding {place}: {ours} in {compared.names[0]}, {theirs} in "
        f"{compared.names[1]}, {units_words(compared)}."
    )


def units_words(compared: ArraysCompared, *, short: bool = False) -> str:
    """Say how many units the worst is apart, and how many rounding explains."""
    units, allowed = compared.agreement.units, compared.agreement.allowed
    if isinf(units):
        return "no rounding" if short else "which no rounding explains"
    few = f"{units:.2g}"
    said = f"{float(few):,.0f}" if 100 <= units < 1e9 else few
    if short:
        return f"{said} of {allowed:,} units"
    explained = f"explains up to {allowed:,}" if allowed else "explains none"
    return f"{said} units of rounding of the sum's terms, where rounding {explained}"


def needed_sentence(compared: ArraysCompared) -> str:
    """Say how long a sum would have to be, where nobody said how long it is."""
    if compared.outcome is not Outcome.DIFFERENT or compared.needed is None:
        return ""
    if compared.needed > 10**6:
        return "No sum of a usual length explains it."
    return f"A sum of {compared.needed:,} terms or more would explain it."


def numbers(count: int, size: int) -> str:
    """Say how many of all numbers are something: "3 of 100 numbers are", "the one number is"."""
    if size == 1:
        return "the one number is"
    return f"{count:,} of {size:,} numbers {'is' if count == 1 else 'are'}"
