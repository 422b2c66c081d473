"""Which usual mistakes explain what came out: those that give the very same numbers."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.check.fitting import result_in_layout
from core.check.forms import Form
from core.check.layer_judge import Outcome, fitted
from core.check.layers.layer import Facts, Mistake
from core.comparison.rounding import Array, Sums, differences
from core.wording import listed

SAME = 1e-9  # of what the mistake changes: two ways to make it are rounded each in its own way
MOST_ROUNDING = 8.0  # times what rounding explains: a mistake may add up more, and larger, terms


@dataclass(frozen=True)
class Explanation:
    """A mistake, and how many wrong cases of how many it explains in each of its results."""

    mistake: Mistake
    explained: frozenset[int]
    wrong: int


def explain(form: Form, outcomes: Sequence[Outcome]) -> list[str]:
    """Say in sentences which mistakes explain the wrong results; [] where none does."""
    possible = {name: candidates(form, name, outcomes) for name in form.gives}
    often = Counter(each.mistake.says for some in possible.values() for each in some)
    found: dict[tuple[str, str], list[tuple[str, Explanation]]] = {}
    for name, some in possible.items():
        for each in chosen(some, often):
            key = each.mistake.says, each.mistake.remedy
            found.setdefault(key, []).append((name, each))
    return [sentence(says, remedy, parts) for (says, remedy), parts in found.items()]


def sentence(says: str, remedy: str, parts: Sequence[tuple[str, Explanation]]) -> str:
    """Put a mistake into words."""
    names = listed([name for name, _ in parts])
    verb = "is" if len(parts) == 1 and names != "params" else "are"
    explained, wrong = len(parts[0][1].explained), parts[0][1].wrong
    where = "" if explained == wrong else f" (in {explained} of the {wrong} wrong cases)"
    told = f"{names} {verb} what comes out when {says}{where}."
    return f"{told} {remedy}" if remedy else told


def candidates(form: Form, name: str, outcomes: Sequence[Outcome]) -> list[Explanation]:
    """List the mistakes that explain wrong cases of a result and contradict no right one."""
    concerned = [each for each in outcomes if name in each.expected and told(name, each)]
    wrong = {number for number, each in enumerate(concerned) if name not in right_results(each)}
    came = {number for number in wrong if name in concerned[number].returned}
    found = []
    for mistake in (*form.layer.mistakes, *general_mistakes(name)):
        if mistake.result == name:
            explained = explained_cases(form, mistake, concerned, wrong)
            if explained and explained & came:
                found.append(Explanation(mistake, frozenset(explained), len(wrong)))
    return found


def chosen(possible: Sequence[Explanation], often: Counter[str]) -> list[Explanation]:
    """Choose mistakes until no more wrong cases are explained by one.

    Of those that explain as much, the one is chosen that explains most results.
    """
    found, left = [], set().union(*(each.explained for each in possible))
    while left:
        best = max(
            possible, key=lambda each: (len(each.explained & left), often[each.mistake.says])
        )
        found.append(best)
        left -= best.explained
    return found


def told(name: str, outcome: Outcome) -> bool:
    """Tell whether a case says anything about a result; a narrow dtype says too little."""
    wide = outcome.expected[name].dtype == np.float64
    return wide and (name in outcome.returned or not outcome.returned)


def right_results(outcome: Outcome) -> set[str]:
    """Name the results that are right."""
    return set(outcome.returned) - set(outcome.wrong)


def explained_cases(
    form: Form, mistake: Mistake, outcomes: Sequence[Outcome], wrong: set[int]
) -> set[int] | None:
    """List the wrong cases that a mistake explains; None where it contradicts what is right."""
    explained = set()
    for number, outcome in enumerate(outcomes):
        mistaken = mistaken_result(form, mistake, outcome)
        ours = outcome.returned.get(mistake.result)
        if number not in wrong:
            if mistaken is None or apart(mistaken, outcome, mistake.result):
                return None
        elif ours is None:  # it raised, as it may where the mistake allows no numbers
            if mistaken is None or not np.isfinite(mistaken).all():
                explained.add(number)
        elif mistaken is not None and equal(ours, mistaken, outcome, mistake.result):
            explained.add(number)
    return explained


def mistaken_result(form: Form, mistake: Mistake, outcome: Outcome) -> Array | None:
    """Make the mistake, in the reader's layout."""
    mistaken = made(mistake, outcome.facts)
    if mistaken is None:
        return None
    turned = np.asarray(result_in_layout(form, mistake.result, mistaken))
    return fitted(turned, outcome.expected[mistake.result])


@lru_cache(maxsize=4000)
def made(mistake: Mistake, facts: Facts) -> Array | None:
    """Make a mistake, once a case."""
    with np.errstate(all="ignore"):
        mistaken = mistake.gives(facts)
    return None if mistaken is None else np.asarray(mistaken, np.float64)


def rounding(outcome: Outcome, name: str) -> Array:
    """Return by how much a result may be off by rounding."""
    sums: Sums = outcome.sums[name]
    theirs = outcome.expected[name]
    unit = np.maximum(np.finfo(theirs.dtype).eps / 2 * sums.magnitudes, np.finfo(theirs.dtype).tiny)
    return np.asarray(sums.allowed * unit)


def apart(mistaken: Array, outcome: Outcome, name: str) -> bool:
    """Tell whether a mistake shows in a case at all."""
    theirs = outcome.expected[name]
    if mistaken.shape != theirs.shape:
        return True
    off = np.asarray(np.abs(differences(mistaken, theirs)))
    return bool((off > MOST_ROUNDING * rounding(outcome, name)).any())


def equal(ours: Array, mistaken: Array, outcome: Outcome, name: str) -> bool:
    """Tell whether numbers are those that a mistake gives, and the mistake shows in them."""
    if ours.shape != mistaken.shape or not apart(mistaken, outcome, name):
        return False
    theirs, allowed = outcome.expected[name], np.asarray(0.0)
    if mistaken.shape == theirs.shape:
        change = np.asarray(np.abs(differences(mistaken, theirs)))
        change[~np.isfinite(change)] = 0
        allowed = MOST_ROUNDING * rounding(outcome, name) + SAME * change
    else:
        finite = np.abs(mistaken[np.isfinite(mistaken)]).max(initial=0.0)
        allowed = np.asarray(SAME * finite)
    return bool((np.abs(differences(ours, mistaken)) <= allowed).all())


@lru_cache
def general_mistakes(name: str) -> list[Mistake]:
    """List mistakes that any layer may have."""

    def factor(number: float) -> Callable[[Facts], Array]:
        return lambda f: np.asarray(number * f.results[name])

    def turned(f: Facts) -> Array | None:
        array = f.results[name]
        return np.asarray(array.T) if array.ndim == 2 else None

    def entered(role: str) -> Callable[[Facts], Array | None]:
        return lambda f: f.given.get(role)

    enters = {"y": "x", "dx": "dy", "param": "grad"}
    found = [
        Mistake(name, "all is left 0", factor(0.0)),
        Mistake(name, "its sign is turned", factor(-1.0)),
        Mistake(name, "it is taken twice", factor(2.0)),
        Mistake(name, "it is taken by half", factor(0.5)),
        Mistake(name, "its two axes change places", turned),
    ]
    if name in enters:
        role = enters[name]
        found.append(Mistake(name, f"{role} is given back as it is", entered(role)))
    return found
