"""Whether what a reader's layer returned for a case agrees with torch, and how it does not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from core.check.carrying_out import Caller, CallResult
from core.check.fitting import result_in_layout
from core.check.forms import Form
from core.check.judge import Verdict, first_wrong
from core.check.layers.layer import Case, CheckedLayer, Facts
from core.comparison.rounding import Array, Sums, agreeing


@dataclass(frozen=True)
class Outcome:
    """What became of a case: a verdict, and the results that came back, in the reader's layout.

    ``expected`` and ``sums`` are laid out alike. ``wrong`` names the results that are wrong.
    """

    verdict: Verdict
    facts: Facts
    returned: Mapping[str, Array] = field(default_factory=dict)
    expected: Mapping[str, Array] = field(default_factory=dict)
    sums: Mapping[str, Sums] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


@lru_cache(maxsize=2000)
def facts_of(layer: CheckedLayer, case: Case) -> Facts:
    """Ask torch, once a case."""
    return layer.facts(case)


def judge_case(caller: Caller, form: Form, case: Case) -> Outcome:
    """Let the reader's code compute a case, and compare."""
    facts = facts_of(form.layer, case)
    called = caller.call(form.request(facts))
    expected = {
        name: np.asarray(result_in_layout(form, name, array))
        for name, array in facts.results.items()
        if name in form.gives
    }
    sums = {
        name: Sums(
            np.asarray(result_in_layout(form, name, facts.sums[name].magnitudes)),
            facts.sums[name].terms,
        )
        for name in expected
    }
    arrays = arrays_of(form, facts, called, expected)
    if called.ending != "returned":
        verdict = Verdict(False, called.sentence, called.ending == "hung", arrays)
        return Outcome(verdict, facts, {}, expected, sums)
    returned = {
        name: fitted(array, expected[name])
        for name, array in called.results.items()
        if name in expected
    }
    sentences = {}
    for name, array in returned.items():
        sentence = compared(name, array, expected[name], sums[name])
        if sentence:
            sentences[name] = sentence
    sentence = next(iter(sentences.values()), "")
    if called.changed and not sentence:
        sentence = f"It changed its argument {' and '.join(called.changed)}."
    verdict = Verdict(not sentence, sentence, arrays=arrays)
    return Outcome(verdict, facts, returned, expected, sums, tuple(sentences))


def fitted(ours: Array, theirs: Array) -> Array:
    """Let a vector or a single number have the expected shape, in whatever shape it came."""
    flat = max(ours.shape, default=1) == ours.size
    if theirs.ndim <= 1 and ours.size == theirs.size and flat:
        return ours.reshape(theirs.shape)
    return ours


def compared(name: str, ours: Array, theirs: Array, sums: Sums) -> str:
    """Say what is wrong with a result, or ""."""
    if ours.ndim != theirs.ndim:
        axes = f"{theirs.ndim} ax{'i' if theirs.ndim == 1 else 'e'}s"
        return (
            f"{name} must have {axes}, not {ours.ndim}: its shape must be {theirs.shape}, not "
            f"{ours.shape}."
        )
    if ours.shape != theirs.shape:
        return f"The shape of {name} must be {theirs.shape}, not {ours.shape}."
    wrong = np.asarray(~agreeing(ours, theirs, sums))
    if not wrong.any():
        return ""
    sentence = first_wrong(name, ours, theirs, sums, wrong)
    lost = int((~np.isfinite(ours) & np.isfinite(theirs)).sum())
    if lost:
        sentence += f" {lost} {'is' if lost == 1 else 'are'} not even finite."
    return sentence


def arrays_of(
    form: Form, facts: Facts, called: CallResult, expected: Mapping[str, Array]
) -> dict[str, Array]:
    """Name the arrays that went in, must come out, and came out, in the reader's layout."""
    arrays = {
        role: np.asarray(value)
        for role, value in form.entering(facts).items()
        if isinstance(value, np.ndarray)
    }
    arrays |= {f"{name}_expected": array for name, array in expected.items()}
    return arrays | {f"{name}_returned": array for name, array in called.results.items()}
