"""Whoever calculates with the digits shown gets the digits shown."""

import re
from decimal import Decimal, localcontext

import numpy as np
import pytest

from core.conv_lab.demos import Adam, BatchNorm
from core.conv_lab.demos.by_hand import read
from core.conv_lab.demos.terms import Part


def calculate(formula: str) -> Decimal:
    """Calculate a formula as it is printed, with all the digits that decimals have."""
    text = formula.replace("−", "-").replace("·", "*")
    text = text.replace("²", "**2").replace("^", "**")
    text = re.sub(r"√(\([^()]*\))", r"\1.sqrt()", text)
    text = re.sub(r"(?<![\w.])\d[\d.]*(?:e[-+]\d+)?", r"Decimal('\g<0>')", text)
    return eval(text, {"Decimal": Decimal})


def assert_comes_out(line: str) -> None:
    formula, printed = line.split(", ")[0].split(" = ")[-2:]
    found, expected = calculate(formula), read(printed)
    with localcontext() as context:
        context.prec = 60
        assert found.quantize(expected) == expected, line


def random_layers(count: int):
    random = np.random.default_rng(3)
    for seed in range(count):
        yield BatchNorm(
            batch=int(random.integers(1, 9)),
            channels=1,
            side=int(random.integers(1, 9)),
            shift=float(random.integers(-100, 101)) / 10,
            scale=float(random.integers(1, 51)) / 10,
            gamma=float(random.integers(-20, 21)) / 10,
            beta=float(random.integers(-20, 21)) / 10,
            momentum=float(random.integers(0, 21)) / 20,
            seen=int(random.integers(0, 8)),
            training=bool(random.integers(4)),
            dtype=("float32", "float64")[seed % 2],
            seed=seed,
        )


def test_batch_norm_comes_out_with_the_digits_shown():
    shown = 0
    for demo in random_layers(150):
        if demo.broken():
            continue
        steps = dict(demo.carry_out().steps)
        lines = ["First output", *(["Running mean", "Running variance"] if demo.training else [])]
        for name in lines:
            assert_comes_out(steps[name])
        mean = steps["Channel 0"].partition("μ = ")[2].partition(",")[0]
        assert mean.lstrip("−") in steps["First output"]
        shown += 1
    assert shown > 120


def test_every_number_of_adam_comes_out_with_the_digits_shown():
    random = np.random.default_rng(5)
    lines = 0
    for seed in range(25):
        layer = Adam(
            weight=int(random.integers(-20, 21)) / 10,
            gradient=int(random.integers(-50, 51)) / 10,
            noise=int(random.integers(0, 31)) / 10,
            steps=int(random.integers(1, 7)),
            lr=int(random.integers(1, 101)) / 100,
            beta1=int(random.integers(0, 100)) / 100,
            beta2=int(random.integers(0, 1000)) / 1000,
            eps_digits=int(random.integers(1, 13)),
            decay=int(random.integers(0, 51)) / 100,
            decoupled=bool(random.integers(2)),
            dtype=("float32", "float64")[seed % 2],
            seed=seed,
        )
        demo = layer.carry_out()
        arrays = {panel.name: panel.array for panel in demo.panels}
        for name, written in demo.lines.items():
            assert len(written) == layer.steps
            for line, value in zip(written, arrays[name], strict=True):
                assert_comes_out(line.text)
                assert float(read(line.result)) == pytest.approx(float(value), rel=2e-3, abs=1e-6)
                lines += 1
                for part in line.parts:
                    if isinstance(part, Part):
                        number = float(read(part.text.strip("()")))
                        seen = float(arrays[part.name][part.place])
                        assert number == pytest.approx(seen, rel=1e-3, abs=1e-12)
    assert lines > 400


def test_few_digits_are_shown_where_few_are_enough():
    steps = dict(BatchNorm().carry_out().steps)
    assert steps["Channel 0"].startswith("mean μ = 2.7")
    assert "(of 64 numbers)" in steps["Channel 0"]
    assert steps["Running mean"].startswith("0.9 · ")
    assert steps["Running variance"].endswith("unbiased variance σ² · 64 / 63")
    assert max(len(number) for number in re.findall(r"\d[\d.]*", steps["First output"])) <= 8
    assert "Running mean" not in dict(BatchNorm(training=False).carry_out().steps)


def test_the_test_itself_notices_a_digit_too_few():
    with pytest.raises(AssertionError):
        assert_comes_out("a = 2 · (1.23 − (−4)) / √(2.5 + 1e-05) + 1 = 7.616")
