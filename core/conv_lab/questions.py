"""A small question for each tab: what will come out when one setting is another?

It asks for what the page does not show yet, so that one can think first and look then. Answers
follow from the settings, and the sentence that goes with them has the formula with its numbers.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from math import isfinite
from typing import Any, TypeVar

from core.conv_lab.demos import (
    Adam,
    AvgPool,
    BatchNorm,
    ConvTranspose,
    Dropout,
    Initialisation,
    Linear,
    Loss,
    MaxPool,
    Relu,
)
from core.conv_lab.demos.adam import SMALL_EPS
from core.conv_lab.demos.by_hand import Formula, bracketed, number, read, write_formulas
from core.conv_lab.demos.loss import exact_values
from core.conv_lab.demos.settings import Layer, settings
from core.conv_lab.experiment import RANGES, Experiment
from core.conv_lab.rules import is_legal, size_formula

TWO_DECIMALS = 0.00501
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[,\s]\d{3})+")
Asked = TypeVar("Asked", bound=Layer)


@dataclass(frozen=True)
class Question:
    """A question, its ``answer``, and a sentence ``because`` with the formula.

    With ``changes`` of the settings the page shows it; ``look`` says what to set, "" where the page
    shows it already. An answer may be off by ``tolerance``; without one it is a whole number.
    """

    text: str
    answer: float
    because: str
    look: str = ""
    changes: Mapping[str, object] = field(default_factory=dict)
    tolerance: float = 0.0

    def read(self, typed: str) -> float | None:
        """Read an answer as people write numbers; None where it is none.

        A real minus sign and a decimal comma count, and in a whole number whatever stands between
        thousands.
        """
        text = typed.strip().replace("−", "-")
        if not self.tolerance and _THOUSANDS.fullmatch(text):
            text = re.sub(r"[,\s]", "", text)
        elif text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            return None
        return value if isfinite(value) else None

    def is_right(self, typed: float) -> bool:
        """Tell whether an answer is near enough."""
        return abs(typed - self.answer) <= self.tolerance

    def verdict(self, typed: float) -> str:
        """Say whether an answer is right, and why."""
        answer = _written(self.answer, 4 if self.tolerance else 9)
        if self.is_right(typed):
            return f"Right, it is {answer}. {self.because}"
        return f"It is {answer}, not {_written(typed, 9)}. {self.because}"


def _written(value: float, digits: int) -> str:
    whole = float(value).is_integer() and abs(value) < 10**digits
    return f"{value:,.0f}".replace("-", "−") if whole else number(value, digits)


@singledispatch
def question_about(subject: object) -> Question:
    """Ask about an experiment or a layer that breaks no rule."""
    raise TypeError(f"there is no question about {type(subject).__name__}")


@question_about.register
def _(experiment: Experiment) -> Question:
    stride = max(experiment.stride) + 1
    padding = max(experiment.padding) + 1
    candidates: list[tuple[str, dict[str, tuple[int, int]]]] = [
        (f"stride to {stride}", {"stride": (stride, stride)}),
        ("stride to 1", {"stride": (1, 1)}),
        (f"padding to {padding}", {"padding": (padding, padding)}),
    ]
    for what, changes in candidates:
        changed = experiment.with_changes(**changes)
        inside = all(pair[0] <= RANGES[name][1] for name, pair in changes.items())
        if inside and is_legal(changed) and changed != experiment:
            return Question(
                f"Set {what}: how many numbers will the output have?",
                *_outputs(changed),
                f"Set {what}",
                changes,
            )
    return Question("How many numbers does the output have?", *_outputs(experiment))


def _outputs(e: Experiment) -> tuple[int, str]:
    channels, rows, columns = e.output_shape
    count = channels * rows * columns
    high, wide = (size_formula(e, axis) for axis in (0, 1))
    each = f"{high} rows and columns" if high == wide else f"{high} rows, {wide} columns"
    return count, f"{each}, in {_several(channels, 'channel')}: {channels} · {rows} · {columns}."


def _several(count: int, name: str) -> str:
    return f"{count} {name}" + ("" if count == 1 else "s")


def _first_that_works(layer: Asked, candidates: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the first changes that are in range and break no rule; none when there are none."""
    ranges = settings(layer)
    for changes in candidates:
        inside = all(
            ranges[name].low <= value <= ranges[name].high for name, value in changes.items()
        )
        changed = layer.but(**changes)
        if inside and changed != layer and changed.broken() is None:
            return dict(changes)
    return {}


def _ask(
    layer: Asked,
    candidates: Iterable[Mapping[str, Any]],
    what: str,
    answer: Callable[[Asked], tuple[float, str]],
    tolerance: float = 0.0,
) -> Question:
    """Ask ``what`` will be with the first of some changes that can be made."""
    changes = _first_that_works(layer, candidates)
    found, because = answer(layer.but(**changes))
    if not changes:
        return Question(f"With these settings, {what}?", found, because, tolerance=tolerance)
    ranges = settings(layer)
    named = " and ".join(
        f"{_in_a_sentence(ranges[name].label)} "
        + (("on" if value else "off") if ranges[name].switch else f"to {number(value)}")
        for name, value in changes.items()
    )
    return Question(f"Set {named}: {what}?", found, because, f"Set {named}", changes, tolerance)


def _in_a_sentence(label: str) -> str:
    return label[0].lower() + label[1:] if label[1:2].islower() else label


@question_about.register(MaxPool)
@question_about.register(ConvTranspose)
def _(layer: MaxPool | ConvTranspose) -> Question:
    steps = ("stride", "kernel", "padding")

    def count(changed: MaxPool | ConvTranspose) -> tuple[float, str]:
        size = changed.size
        return size**2, f"{changed.size_formula} rows and as many columns: {size} · {size}."

    candidates: list[dict[str, Any]] = [{name: getattr(layer, name) + 1} for name in steps]
    return _ask(layer, candidates, "how many numbers will the output have", count)


@question_about.register
def _(layer: AvgPool) -> Question:
    def corner(changed: AvgPool) -> tuple[float, str]:
        kernel, padding = changed.kernel, changed.padding
        seen = min(kernel - padding, changed.side)
        if changed.count_include_pad:
            return kernel**2, (
                f"Its window has {kernel} · {kernel} cells, and with count_include_pad those of "
                "the padding are counted too."
            )
        return seen**2, (
            f"Of the {kernel} · {kernel} cells of its window {seen} · {seen} lie in the input, and "
            "without count_include_pad only those are counted."
        )

    other = {"count_include_pad": not layer.count_include_pad}
    candidates: list[dict[str, Any]] = [{"padding": 1}, {"kernel": layer.kernel + 1}]
    if layer.padding:
        candidates.insert(0, other)
    what = "by how many will the sum of the corner y[0, 0] be divided"
    return _ask(layer, candidates, what, corner)


@question_about.register
def _(layer: BatchNorm) -> Question:
    def count(changed: BatchNorm) -> tuple[float, str]:
        photos, side = changed.batch, changed.side
        return photos * side**2, (
            f"{_several(photos, 'photo')} with {side} · {side} cells of the channel: "
            f"{photos} · {side} · {side}. Other channels have means of their own."
        )

    candidates: list[dict[str, Any]] = [{"batch": layer.batch + 1}, {"side": layer.side - 1}]
    if not layer.training:
        candidates = [{"training": True}, {"training": True, "batch": 2}]
    return _ask(layer, candidates, "how many numbers go into the mean of one channel", count)


@question_about.register
def _(layer: Relu) -> Question:
    def closed(changed: Relu) -> tuple[float, str]:
        demo = changed.carry_out()
        x = next(panel.array for panel in demo.panels if panel.name == "x")
        found = int((x <= 0).sum())
        return found, f"{found} of the {x.size} numbers of x are 0 or less, and max(0, x) is 0."

    shifts = (round(layer.shift + by, 1) for by in (0.5, -0.5))
    what = "how many numbers of the output will be 0"
    return _ask(layer, [{"shift": shift} for shift in shifts], what, closed)


@question_about.register
def _(layer: Linear) -> Question:
    def parameters(changed: Linear) -> tuple[float, str]:
        ins, outs = changed.features, changed.outputs
        return outs * (ins + 1), (
            f"Every output has a weight for each input and one bias: {outs} · {ins} + {outs}."
        )

    candidates = [{"outputs": layer.outputs + 1}, {"features": layer.features + 1}]
    return _ask(layer, candidates, "how many weights and biases will there be", parameters)


@question_about.register
def _(layer: Loss) -> Question:
    target = 1 - layer.target
    values = exact_values(layer.logit, target)

    def formula(digits: int) -> list[Formula]:
        p = number(values["p"], digits)
        by_hand = read(p) - target
        return [Formula(f"p − t = {p} − {target}", by_hand, values["dz"], abs(values["dz"]))]

    [worked], _ = write_formulas(formula)
    return Question(
        f"If it is a {('dog', 'cat')[target]} instead, which gradient will arrive at the logit z? "
        "To two decimals.",
        values["dz"],
        f"{worked}: what the network said less what is true.",
        f"Make it a {('dog', 'cat')[target]}",
        {"target": target},
        TWO_DECIMALS,
    )


@question_about.register
def _(layer: Dropout) -> Question:
    def scale(changed: Dropout) -> tuple[float, str]:
        return changed.scale, (
            f"1 / (1 − p) = 1 / (1 − {number(changed.p)}): the {number(1 - changed.p)} that stay "
            "make up for all."
        )

    shares = [round(layer.p + by, 2) for by in (0.1, -0.1)]
    switch = {} if layer.training else {"training": True}
    what = "by what is a number that stays multiplied, to two decimals"
    return _ask(layer, [{"p": p} | switch for p in shares], what, scale, TWO_DECIMALS)


@question_about.register
def _(layer: Adam) -> Question:
    gradient = 5.0 if layer.gradient != 5 else 0.5
    changed = layer.but(gradient=gradient, noise=0.0, own_g="")
    rates, weight = changed.rates, changed.weight
    g = gradient if rates.decoupled else gradient + rates.decay * weight
    step = rates.lr * g / (abs(g) + rates.eps)
    shrinks = weight * rates.lr * rates.decay if rates.decoupled else 0.0
    name = "g" if g == gradient else "(g + λ · w)"
    any_size = ", however large the gradient is" if rates.eps <= SMALL_EPS * abs(g) else ""
    because = (
        f"After one step m̂ is {name} and v̂ is {name}², so Δ = lr · {name} / (|{name}| + ε) = "
        f"{number(step)}{any_size}, and the weight goes down by Δ."
    )
    if shrinks:
        because += f" Decay takes off lr · λ · w = {bracketed(number(shrinks))} on top."
    return Question(
        f"Set the gradient to {number(gradient)} at every step: by how much will the first step "
        "change the weight? Down is negative.",
        -step - shrinks,
        because,
        f"Set the gradient to {number(gradient)}",
        {"gradient": gradient, "noise": 0.0, "own_g": ""},
        0.02 * rates.lr,
    )


@question_about.register
def _(layer: Initialisation) -> Question:
    def weights(changed: Initialisation) -> tuple[float, str]:
        layers, width = changed.layers, changed.width
        return layers * width**2, (
            f"Every unit has a weight for each unit before it: {layers} · {width} · {width}. "
            "There are no biases here."
        )

    candidates = [{"layers": layer.layers + 1}, {"width": layer.width - 8}]
    return _ask(layer, candidates, "how many weights will there be in all layers together", weights)
