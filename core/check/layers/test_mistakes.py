"""Every usual mistake shows in some case, and is named by its own sentence when it is made."""

from dataclasses import dataclass

import numpy as np
import pytest

from core.check.carrying_out import CallResult
from core.check.explanation import explain
from core.check.layer_judge import judge_case
from core.check.layers import LAYERS
from core.check.layers.layer import CheckedLayer


@dataclass(frozen=True)
class Every:
    """A form that is given whatever a layer knows, and gives whatever it gives."""

    layer: CheckedLayer
    gives: tuple[str, ...]
    layout: str = "nchw"

    def takes(self, role):
        return True

    def entering(self, facts):
        return {}

    def request(self, facts):
        return facts

    def describe(self):
        return "everything"


class Mistaken:
    """Gives the right results, but for those that are mistaken; raises where that cannot be."""

    def __init__(self, mistakes):
        self.mistakes = mistakes

    def call(self, facts):
        results = dict(facts.results)
        for mistake in self.mistakes:
            if mistake.result in results:
                with np.errstate(all="ignore"):
                    wrong = mistake.gives(facts)
                if wrong is None:
                    return CallResult("raised", sentence="It raised ValueError.")
                results[mistake.result] = np.asarray(wrong)
        return CallResult("returned", tuple(results.values()), tuple(results))


def grouped(layer):
    """Yield a mistake in all results in which it shows; those of a class are another's."""
    for of_class in (False, True):
        mistakes = [each for each in layer.mistakes if (each.result == "params") is of_class]
        for says in dict.fromkeys(each.says for each in mistakes):
            yield says, [each for each in mistakes if each.says == says]


RATE_INSIDE = ("the velocity already holds the learning rate", "the velocity is the whole step")

EACH = [
    pytest.param(layer, says, mistakes, id=f"{layer.name}-{mistakes[0].result}-{says[:60]}")
    for layer in LAYERS.values()
    for says, mistakes in grouped(layer)
    # Where the learning rate stays, the class steps as it should.
    if not (mistakes[0].result == "params" and says.startswith(RATE_INSIDE))
]


@pytest.mark.parametrize(("layer", "says", "mistakes"), EACH)
def test_every_mistake_shows_and_is_named(layer, says, mistakes):
    form = Every(layer, tuple(each.result for each in mistakes))
    outcomes = [judge_case(Mistaken(mistakes), form, case) for _, case in layer.battery()]
    assert not all(each.verdict.right for each in outcomes), "no case shows it"
    said = "\n".join(explain(form, outcomes))
    assert f"what comes out when {says}." in said, said


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_cases_are_legal_and_smaller_ones_too(layer):
    for _, case in layer.battery():
        assert layer.legal(case), case
        for smaller in layer.smaller(case):
            assert layer.legal(smaller) and layer.cost(smaller) < layer.cost(case)
    probe = layer.simple.but(**layer.probe)
    assert layer.legal(probe)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_every_setting_has_words_for_a_reason(layer):
    for name, value in layer.simple.values:
        assert layer.reasons[name](value)
    assert set(layer.reasons) >= {name for name, _ in layer.simple.values}
