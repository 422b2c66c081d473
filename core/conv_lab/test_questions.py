"""The questions' answers are what the page shows once their changes are made."""

from dataclasses import fields

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given

from core.conftest import examples
from core.conv_lab.conftest import layers
from core.conv_lab.demos import LAYERS, Adam, Demo, Initialisation, Layer, Loss
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import Experiment
from core.conv_lab.questions import Question, question_about
from core.conv_lab.rules import is_legal


def arrays_of(layer: Layer) -> dict[str, np.ndarray]:
    """What torch computed, and what went in."""
    demo = layer.carry_out()
    assert isinstance(demo, Demo)
    return {
        panel.name: demo.comparisons[panel.title].torch
        if panel.title in demo.comparisons
        else panel.array
        for panel in demo.panels
    }


def loss_gradient(layer: Loss) -> float:
    logit = torch.tensor(layer.logit, dtype=torch.float64, requires_grad=True)
    target = torch.tensor(float(layer.target), dtype=torch.float64)
    F.binary_cross_entropy_with_logits(logit, target).backward()
    assert logit.grad is not None
    return logit.grad.item()


def kept(arrays: dict[str, np.ndarray]) -> float:
    """What torch's dropout multiplied the numbers by that it kept."""
    ratios = arrays["y"][arrays["x"] != 0] / arrays["x"][arrays["x"] != 0]
    return float(ratios.max(initial=0.0))


SHOWN = {
    "conv_transpose": lambda layer: arrays_of(layer)["y"].size,
    "batch_norm": lambda layer: arrays_of(layer)["x"][:, 0].size,
    "relu": lambda layer: (arrays_of(layer)["y"] == 0).sum(),
    "max_pool": lambda layer: arrays_of(layer)["y"].size,
    "avg_pool": lambda layer: arrays_of(layer)["count"][0, 0],
    "dropout": lambda layer: kept(arrays_of(layer)),
    "linear": lambda layer: sum(arrays_of(layer)[name].size for name in ("dweight", "dbias")),
    "loss": loss_gradient,
    "adam": lambda layer: arrays_of(layer)["w"][0] - layer.weight,
    "init": lambda layer: next(
        start.counts.sum() for start in layer.carry_out() if start.name == "Constant"
    ),
}
"""What a page shows of a layer, by the layer's name: the answers are held against it."""


def assert_is_a_question(question: Question, subject: object) -> None:
    names = {each.name for each in fields(type(subject))}  # type: ignore[arg-type]
    assert question.changes.keys() <= names
    assert bool(question.look) == bool(question.changes)
    assert question.text.endswith(("?", "decimals.", "negative."))
    assert question.because.endswith(".")
    assert question.is_right(question.answer)
    assert question.verdict(question.answer).startswith("Right, it is ")
    wrong = question.verdict(question.answer + 1)
    assert wrong.startswith("It is ") and ", not " in wrong and wrong.endswith(question.because)


@examples(150)
@given(layers())
def test_a_layer_answers_as_its_question_says(drawn):
    name, layer = drawn
    if layer.broken():
        return
    if isinstance(layer, Initialisation):
        layer = layer.but(width=min(layer.width, 32))
    question = question_about(layer)
    assert_is_a_question(question, layer)
    changed = layer.but(**question.changes)
    assert changed.broken() is None
    shown = float(SHOWN[name](changed))
    if name == "dropout" and shown == 0:
        return  # nothing stayed
    near = question.tolerance + (0.02 if name == "dropout" else 1e-5)
    assert shown == pytest.approx(question.answer, abs=near if question.tolerance else 0)


def test_a_convolution_answers_as_its_question_says(experiments, any_experiments):
    asked = 0
    for experiment in [*experiments[:120], *filter(is_legal, any_experiments)]:
        question = question_about(experiment)
        assert_is_a_question(question, experiment)
        changed = experiment.with_changes(**question.changes)
        assert carry_out(changed).comparisons["y"].torch.size == question.answer
        asked += bool(question.changes)
    assert asked > 100


def test_every_tab_has_a_question():
    assert SHOWN.keys() == LAYERS.keys()
    assert all(question_about(kind()).changes for kind in LAYERS.values())
    assert question_about(Experiment()).look == "Set stride to 2"
    with pytest.raises(TypeError, match="no question about str"):
        question_about("conv")


def test_a_question_follows_the_settings_and_explains_with_their_numbers():
    question = question_about(Experiment(height=9, width=7, out_channels=2))
    assert question.text == "Set stride to 2: how many numbers will the output have?"
    assert question.answer == 40
    assert question.verdict(41) == (
        "It is 40, not 41. ⌊(9 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 5 rows, "
        "⌊(7 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 4 columns, in 2 channels: 2 · 5 · 4."
    )
    assert "by how many" in question_about(LAYERS["avg_pool"]()).text
    adam = question_about(Adam(lr=0.2, decay=0.5))
    assert adam.verdict(-0.2).startswith("It is −0.25, not −0.2.")
    assert "Decay takes off lr · λ · w = 0.05 on top." in adam.because


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("16", 16),
        (" 16.7 ", 16.7),
        ("1,6", 1.6),
        ("1e1", 10),
        ("36,864", 36864),
        ("36 864", 36864),
        ("36\u202f864", 36864),
        ("−3", -3),
        ("sixteen", None),
        ("1,2,3", None),
        ("inf", None),
        ("1" * 400, None),
    ],
)
def test_whole_answers_are_read_as_people_write_them(typed, read):
    assert Question("", 16, "").read(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [("0,18", 0.18), ("−0.1", -0.1), ("-0,1", -0.1), (".5", 0.5), ("1,800", 1.8), ("0.1.2", None)],
)
def test_answers_with_decimals_are_read_as_people_write_them(typed, read):
    assert Question("", 0.18, "", tolerance=0.005).read(typed) == read


def test_a_verdict_judges_the_very_number_that_was_typed():
    whole = Question("", 36864, "So it is.")
    assert whole.verdict(36864) == "Right, it is 36,864. So it is."
    assert whole.verdict(16.7) == "It is 36,864, not 16.7. So it is."
    assert whole.verdict(-1200) == "It is 36,864, not −1,200. So it is."


def test_a_large_epsilon_is_not_said_to_be_of_no_account():
    assert "however large the gradient is" in question_about(LAYERS["adam"]()).because
    large = Adam(eps_digits=1, gradient=5.0)
    assert "however large" not in question_about(large).because


def test_at_the_end_of_every_range_there_is_a_question_left():
    far = Experiment(height=64, width=64, kernel=(1, 1), stride=(8, 8), padding=(8, 8))
    question = question_about(far.with_changes(upstream="one", chosen=(0, 9, 9)))
    assert question.answer == carry_out(far.with_changes(**question.changes)).arrays.dy.size
    alone = Experiment(upstream="one", chosen=(0, 7, 7), padding=(8, 8), stride=(1, 1), height=64)
    assert question_about(alone).text
