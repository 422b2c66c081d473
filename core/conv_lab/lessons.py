"""What a planted mistake changes at the present settings, and where it would show."""

import numpy as np

from core.comparison.rounding import agreeing, differences
from core.conv_lab.engines import Result, carry_out
from core.conv_lab.experiment import Experiment
from core.conv_lab.look import Look, look_at
from core.conv_lab.rules import is_legal
from core.conv_lab.sabotage import MISTAKES

NAMES = {"y": "output", "dx": "dX", "dweight": "dW", "dbias": "db"}


def what_breaks(result: Result) -> list[str]:
    """List the arrays whose differences rounding can not explain, keys of ``NAMES``."""
    return [name for name, each in result.comparisons.items() if not each.within]


def most_wrong(result: Result, array: str) -> Look:
    """Look at the element of an array of ``what_breaks`` that the mistake changes most."""
    each = result.comparisons[array]
    apart = np.abs(differences(each.numpy, each.torch))
    apart[agreeing(each.numpy, each.torch, each.sums)] = -1
    place = np.unravel_index(int(apart.argmax()), apart.shape)
    return look_at(array, tuple(map(int, place)), result.experiment)


def where_wrong(result: Result) -> Look | None:
    """Look at what the planted mistake breaks, best where it is seen best; None when nothing."""
    broken = what_breaks(result)
    if not result.experiment.mistake or not broken:
        return None
    best = MISTAKES[result.experiment.mistake].shows_in
    return most_wrong(result, best if best in broken else broken[0])


def why_silent(result: Result) -> str | None:
    """Say why the planted mistake makes no difference here; None when it does, or there is none."""
    if not result.experiment.mistake or what_breaks(result):
        return None
    return MISTAKES[result.experiment.mistake].silent(result.experiment)


def where_it_shows(experiment: Experiment) -> Experiment:
    """Find settings, as near to the present ones as is simple, at which the mistake is seen best.

    That is in the array that it is known for, not only in one that follows from it.
    """
    mistake = MISTAKES[experiment.mistake]
    nearby = experiment.with_changes(chosen=(0, 0, 0))
    plain = Experiment(mistake=experiment.mistake)
    for start in (nearby, plain):
        for changes in mistake.louder:
            candidate = start.with_changes(**changes)
            if is_legal(candidate) and mistake.shows_in in what_breaks(carry_out(candidate)):
                return candidate
    raise AssertionError(f"no settings show the mistake {experiment.mistake!r}")
