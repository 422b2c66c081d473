"""A reader's layer held against torch in all cases: what is wrong, from when on, and why."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np

from core.check.carrying_out import Caller
from core.check.diagnosis import breaks_without_padding, shrink
from core.check.explanation import explain
from core.check.findings import Findings, topics_of
from core.check.fitting import PAIRS, SQUARE, missing, not_square, pairs_refused, settable, variants
from core.check.forms import Form, in_courses
from core.check.layer_judge import Outcome, facts_of, judge_case
from core.check.layers.layer import Case
from core.check.reading import NO_CACHE
from core.errors import CheckError
from core.wording import listed

MOST_HANGS: Final = 3


def in_best_variant(caller: Caller, form: Form, layout: str) -> Form:
    """Choose the layout, and the order of the gradients, in which the most comes out right."""

    def fit(variant: Form) -> float:
        outcome = probed(caller, variant)
        if outcome.verdict.right:
            return 1000
        shapes = sum(
            array.shape == outcome.expected[name].shape for name, array in outcome.returned.items()
        )
        right = len(outcome.returned) - len(outcome.wrong)
        known = bool(explain(variant, [outcome]))
        returned = bool(outcome.returned)
        near = 100 * right + 10 * shapes + 5 * known + 3 * nearly_right(outcome) + returned
        return near + 0.5 * in_courses(variant)

    all_of_them = variants(form)
    asked = [each for each in all_of_them if layout in ("auto", each.layout)]
    among = asked or all_of_them  # what has no axes of its own is the same in every layout
    return max(among, key=fit) if len(among) > 1 else among[0]


def nearly_right(outcome: Outcome) -> float:
    """Return which share of the numbers of the expected shape is right to a hundredth."""
    near = [
        np.isclose(ours, outcome.expected[name], rtol=0.01, atol=1e-9).ravel()
        for name, ours in outcome.returned.items()
        if ours.shape == outcome.expected[name].shape
    ]
    return float(np.concatenate(near).mean()) if near else 0.0


def probed(caller: Caller, form: Form) -> Outcome:
    """Judge the case on which no two layouts agree, as far as the function has its settings."""
    case = form.layer.simple.but(**form.layer.probe)
    settings = [name for name in missing(form, case) if name in case]
    return judge_case(
        caller, form, case.but(**{name: form.layer.simple[name] for name in settings})
    )


def check_layer(caller: Caller, form: Form, target: str) -> Findings:
    """Try every case; raises ``CheckError`` where there is none."""
    layer = form.layer

    @cache
    def outcome(case: Case) -> Outcome:
        return judge_case(caller, form, case)

    def refused(case: Case) -> str:
        return refusal(case, outcome(case).verdict.sentence)

    def fails(case: Case) -> bool:
        return possible(form, case) and not outcome(case).verdict.right and not refused(case)

    cases = [(topic, case) for topic, case in layer.battery() if possible(form, case)]
    if not cases:
        raise CheckError(f"{target} lacks the parameters for every case.")
    left_out = dict.fromkeys(without(form))
    done, hangs = [], 0
    for topic, case in cases:
        if lacks := refused(case):
            left_out[lacks] = None
            continue
        hangs += outcome(case).verdict.hung
        done.append((topic, case))
        if hangs == MOST_HANGS:
            break
    counted = [(topic, outcome(case).verdict.right) for topic, case in done]
    topics = topics_of(layer.topics, counted)
    stopped = f"Stopped after {MOST_HANGS} cases that took too long." if hangs == MOST_HANGS else ""
    what = f"{layer.title}, {form.describe()}"
    wrong = [case for _, case in done if fails(case)]
    if not wrong:
        return Findings(target, what, topics, list(left_out))
    smallest = min(wrong, key=layer.cost)
    if not hangs:
        smallest = shrink(smallest, fails, layer.smaller)
    found = outcome(smallest)
    tried = [outcome(case) for _, case in done]
    return Findings(
        target,
        what,
        topics,
        list(left_out),
        stopped,
        describe(form, smallest, found),
        found.verdict.sentence,
        difference(form, smallest),
        tuple(
            filter(
                None,
                [
                    *explain(form, tried),
                    empty_slice([case for _, case in done], tried),
                    always_right(tried),
                ],
            )
        ),
        found.verdict.arrays,
    )


def refusal(case: Case, sentence: str) -> str:
    """Tell what code lacks that broke with ``sentence``, where it does as many do; else ""."""
    if any(not_square(case[name]) for name in SQUARE if name in case) and pairs_refused(sentence):
        return PAIRS
    evaluates = "training" in case and not case["training"]
    return "a cache in evaluation" if evaluates and sentence == NO_CACHE else ""


def always_right(tried: Sequence[Outcome]) -> str:
    """Name the results that are right in every case, where others are not."""
    wrong = {name for each in tried for name in each.wrong}
    right = [name for name in tried[0].returned if name not in wrong]
    if not wrong or not right or not all(each.returned for each in tried):
        return ""
    return f"{listed(right)} {'is' if len(right) == 1 else 'are'} right in all {len(tried)} cases."


def empty_slice(cases: Sequence[Case], tried: Sequence[Outcome]) -> str:
    """Say that a slice may be empty without padding, where that shows."""
    return breaks_without_padding(
        [
            (case["padding"], each.verdict.right, bool(each.returned))
            for case, each in zip(cases, tried, strict=True)
            if "padding" in case
        ]
    )


def possible(form: Form, case: Case) -> bool:
    """Tell whether the function has what a case needs, and torch something to say to it."""
    asked = facts_of(form.layer, case).results
    return not missing(form, case) and any(name in asked for name in form.gives)


def without(form: Form) -> list[str]:
    """Name the settings that the cases would need and the function or class does not have."""
    used = dict.fromkeys(
        name for _, case in form.layer.battery() for name in case.unlike(form.layer.simple)
    )
    lacking = {
        name for _, case in form.layer.battery() for name in missing(form, case) if name in used
    }
    return [name for name in used if name in lacking and name in settable(form)]


def describe(form: Form, case: Case, outcome: Outcome) -> str:
    """Write the shapes of what goes in, and the settings."""
    told = []
    for role, value in form.entering(outcome.facts).items():
        shape = getattr(value, "shape", None)
        told.append(f"{role} {value if shape is None else shape}")
    return f"{', '.join(told)}, {case['dtype']}"


def difference(form: Form, case: Case) -> str:
    """Say in a sentence up to what it is right."""
    harder = case.unlike(form.layer.simple)
    reasons = []
    if form.layout == "rows" and {"images", "size"} & harder.keys():
        harder = {name: each for name, each in harder.items() if name not in ("images", "size")}
        x = facts_of(form.layer, case)["x"]
        reasons.append(f"there are {x.size // x.shape[1]} rows")
    reasons += [form.layer.reasons[name](value) for name, value in harder.items()]
    if not reasons:
        return "Wrong already in the simplest case."
    return f"Right until {listed(reasons)}."
