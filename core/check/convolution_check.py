"""A reader's convolution held against torch in all configurations, if its signature is known."""

import contextlib
from functools import cache

from core.check.carrying_out import Caller
from core.check.configurations import TOPICS, Configuration, battery, smaller
from core.check.diagnosis import difference, shrink
from core.check.findings import Findings, topics_of
from core.check.fitting import PAIRS, not_square, pairs_refused
from core.check.forms import Form, settings_in_a_dict
from core.check.judge import Verdict, judge
from core.check.layer_check import MOST_HANGS, in_best_variant, probed
from core.check.layers.convolution import CONVOLUTION
from core.check.loading import Content
from core.check.nature import other_nature
from core.check.recognition import recognise_form
from core.check.signature import Signature, read_signature
from core.errors import CheckError, SignatureError

PROBE = Configuration(size=(6, 6), per_group=2, outs_per_group=3)  # no two layouts agree on it


def recognise_convolution(
    caller: Caller, name: str, content: Content, layout: str
) -> Signature | Form:
    """Tell how a convolution is called: by a known signature, or else as layers in general are.

    That is when its settings lie in a dict or its batches are (N, H, W, C). Names alone can
    mislead, so one case may show that it is another than they say.
    """
    form = None
    with contextlib.suppress(SignatureError):
        form = recognise_form(name, content, CONVOLUTION)
    if form and (layout == "nhwc" or settings_in_a_dict(form)):
        return in_best_variant(caller, form, layout)
    signature = read_signature(name, content.parameters, layout)
    verdict = judge(caller, signature, PROBE)
    if layout != "auto" or verdict.right or verdict.hung:
        return signature
    other = "nchw" if signature.layout == "hwc" else "hwc"
    with contextlib.suppress(SignatureError):
        second = read_signature(name, content.parameters, other)
        if judge(caller, second, PROBE).right:
            return second
    if form:
        last = in_best_variant(caller, form, "nhwc")
        if probed(caller, last).verdict.right:
            return last
    return signature


def check_convolution(caller: Caller, signature: Signature, target: str) -> Findings:
    """Try every configuration; raises ``CheckError`` where there is none."""

    @cache
    def verdict(case: Configuration) -> Verdict:
        return judge(caller, signature, case)

    def refused(case: Configuration) -> bool:
        pairs = any(map(not_square, (case.stride, case.padding, case.dilation)))
        return pairs and pairs_refused(verdict(case).sentence)

    cases = [
        (topic, case)
        for topic, case in battery(square_only=signature.layout == "hwc")
        if not missing(signature, case)
    ]
    if not cases:
        raise CheckError("The function lacks the parameters for every case.")
    left_out = without(signature)
    done, hangs = [], 0
    for topic, case in cases:
        if refused(case):
            left_out = [*without(signature), PAIRS]
            continue
        hangs += verdict(case).hung
        done.append((topic, case))
        if hangs == MOST_HANGS:
            break
    topics = topics_of(TOPICS, [(topic, verdict(case).right) for topic, case in done])
    stopped = f"Stopped after {MOST_HANGS} cases that took too long." if hangs == MOST_HANGS else ""
    what = signature.describe()
    wrong = [case for _, case in done if not verdict(case).right]
    if not wrong:
        return Findings(target, what, topics, left_out)

    def fails(case: Configuration) -> bool:
        return not (missing(signature, case) or verdict(case).right or refused(case))

    smallest = min(wrong, key=lambda case: case.cost)
    if hangs < MOST_HANGS:
        smallest = shrink(smallest, fails, smaller)
    found = verdict(smallest)
    nature = "" if hangs else other_nature(caller, signature)
    return Findings(
        target,
        what,
        topics,
        left_out,
        stopped,
        smallest.describe(signature.layout),
        found.sentence,
        difference(smallest, lambda case: not verdict(case).right),
        (nature,) if nature else (),
        found.arrays,
    )


def missing(signature: Signature, case: Configuration) -> list[str]:
    """List the parameters that a case needs and the function does not have."""
    simple = Configuration()
    needs = {
        "stride": case.stride != simple.stride,
        "padding": case.padding != simple.padding,
        "dilation": case.dilation != simple.dilation,
        "groups": case.groups != 1,
        "bias": case.bias and not signature.backward,
    }
    return [name for name, needed in needs.items() if needed and not signature.takes(name)]


def without(signature: Signature) -> list[str]:
    """Name the settings that the function does not have."""
    parameters = ("bias", "stride", "padding", "dilation", "groups")
    lacking = [name for name in parameters if not signature.takes(name)]
    return [name for name in lacking if name != "bias"] if signature.backward else lacking
