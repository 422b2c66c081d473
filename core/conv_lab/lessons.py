"""What a planted mistake changes at the present settings, and where it would show."""

from core.conv_lab.engines import Result, carry_out
from core.conv_lab.experiment import Experiment
from core.conv_lab.rules import is_legal
from core.conv_lab.sabotage import MISTAKES

_NAMES = {"y": "output", "dx": "dX", "dweight": "dW", "dbias": "db"}


def what_breaks(result: Result) -> list[str]:
    """Name the arrays whose differences rounding can not explain."""
    return [_NAMES[name] for name, each in result.comparisons.items() if not each.within]


def why_silent(result: Result) -> str | None:
    """Say why the planted mistake makes no difference here; None when it does, or there is none."""
    if not result.experiment.mistake or what_breaks(result):
        return None
    return MISTAKES[result.experiment.mistake].silent(result.experiment)


def where_it_shows(experiment: Experiment) -> Experiment:
    """Find settings, as near to the present ones as is simple, at which the mistake shows."""
    mistake = MISTAKES[experiment.mistake]
    nearby = experiment.with_changes(chosen=(0, 0, 0))
    plain = Experiment(mistake=experiment.mistake)
    for start in (nearby, plain):
        for changes in mistake.louder:
            candidate = start.with_changes(**changes)
            if is_legal(candidate) and not carry_out(candidate).within:
                return candidate
    raise AssertionError(f"no settings show the mistake {experiment.mistake!r}")
