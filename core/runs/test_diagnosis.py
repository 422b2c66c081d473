import dataclasses
from contextlib import closing

import pytest

from core.architecture.library import layers_of, text_of
from core.config import TrainConfig
from core.runs.diagnosis import diagnose, diagnosis_of, measured_layers
from core.runs.event_log import EventLogWriter
from core.runs.listing import create_run
from core.runs.worker import Worker
from core.training.blocks import blocks_of
from core.training.events import Begun, LayerMeasured, LayersMeasured

WITH = text_of("article")
BARE = WITH.replace("batchnorm\n", "")
TANH = BARE.replace("relu", "tanh")
NAMES = ("Conv 1", "Conv 2", "Conv 3", "Conv 4", "Linear 1", "Linear 2")
GOOD = LayerMeasured("", 1e-2, 2e-3, 0.4, 0.6, dead=0.1)


def measured(epoch=1, photos=16, **changes):
    """Return a healthy measurement but for ``changes`` such as ``conv_2={"dead": 0.7}``."""
    layers = [dataclasses.replace(GOOD, name=name) for name in NAMES]
    layers[-1] = dataclasses.replace(layers[-1], dead=None, spread=0.3)
    for name, values in changes.items():
        place = NAMES.index(name.replace("_", " ").capitalize())
        layers[place] = dataclasses.replace(layers[place], **values)
    return LayersMeasured(epoch, 10, photos, tuple(layers))


def said(network, *history):
    found = diagnose(history, blocks_of(layers_of(network, 96)))
    assert found is not None
    return found.sentences


def test_without_a_measurement_there_is_nothing_to_say():
    assert diagnose([], []) is None


def test_measurements_of_other_layers_than_the_networks_are_left_out(tmp_path):
    run = create_run(TrainConfig(model=WITH, image_size=96), path=tmp_path / "run")
    with closing(EventLogWriter(run.path / "events.jsonl")) as log:
        for event in (Begun(0, 0, 10, 1e-3), LayersMeasured(1, 10, 16, ()), measured(epoch=2)):
            log.add(event)
    assert [each.epoch for each in measured_layers(run)[1]] == [2] and diagnosis_of(run)


def test_where_all_is_well_it_says_by_which_numbers():
    found = diagnose([measured(conv_2={"update": 4e-3})], blocks_of(layers_of(WITH, 96)))
    assert found is not None and found.healthy
    assert found.sentences == (
        "Healthy in every layer: a step changes the layers' weights by 0.002 to 0.004 of their "
        "size, where 0.0001 to 0.01 is healthy, and the hidden layers' activations keep a "
        "spread of 0.6.",
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"conv_2": 0.013}, "0.002 to 0.013 of their size, where at most 0.01 is usual"),
        ({"conv_2": 5e-5}, "5e-05 to 0.002 of their size, where at least 0.0001 is usual"),
        (
            {"conv_2": 5e-5, "linear_1": 0.02},
            "5e-05 to 0.02 of their size, where 0.0001 to 0.01 is usual",
        ),
    ],
    ids=["above", "below", "both"],
)
def test_what_lies_outside_the_band_is_not_called_healthy(changes, words):
    history = [measured(**{name: {"update": update} for name, update in changes.items()})]
    found = diagnose(history, blocks_of(layers_of(WITH, 96)))
    assert found is not None and found.healthy
    (sentence,) = found.sentences
    assert sentence.startswith(
        "Nothing is wrong in any layer yet, but watch the steps: a step"
    ) and (words in sentence)


def test_what_is_said_at_the_bands_end_lies_within_it():
    assert said(WITH, measured(conv_2={"update": 0.01003}))[0].startswith("Healthy in every layer")


def test_of_several_epochs_a_middle_one_is_told_and_that_a_falling_rate_lets_layers_rest():
    history = [
        measured(epoch, **{name.lower().replace(" ", "_"): {"update": update} for name in NAMES})
        for epoch, update in enumerate((6e-3, 3e-3, 1e-5), start=1)
    ]
    blocks = blocks_of(layers_of(WITH, 96))
    start = "Healthy in every layer: in a middle epoch a step changes the layers' weights by 0.003 "
    rest = " At the end the falling rate lets every layer rest."
    for measurements, falling, rests in (
        (history, True, True),
        (history, False, False),
        (history[:2], True, False),
    ):
        found = diagnose(measurements, blocks, falling)
        assert found is not None and found.sentences[0].endswith(rest) == rests
    assert said(WITH, *history)[0].startswith(start)


def test_measured_once_at_the_end_of_a_falling_rate_nothing_is_said_to_be_still():
    resting = {name.lower().replace(" ", "_"): {"update": 5e-5} for name in NAMES}
    blocks = blocks_of(layers_of(WITH, 96))
    found = diagnose([measured(**resting)], blocks, falling=True)
    assert found is not None and found.healthy
    assert found.sentences[0].endswith("At the end the falling rate lets every layer rest.")
    for history, falling in (([1], False), ([1, 2], True)):
        found = diagnose([measured(each, **resting) for each in history], blocks, falling)
        assert found is not None and found.sentences[0].startswith("No layer moves")


def test_what_fades_without_batch_norm_is_told_what_is_missing():
    faint = {"conv_1": {"spread": 0.057}, "linear_1": {"spread": 0.0026}}
    assert said(BARE, measured(**faint, linear_2={"spread": 0.0004})) == (
        "Without batch norm the activations fade: their spread goes from 0.057 behind conv 1 to "
        "0.0026 behind linear 1, and the answers hardly differ from photo to photo. Batch norm "
        "after each convolution would hold it near 0.6.",
    )
    (other,) = said(WITH, measured(**faint))
    assert other.startswith("The activations fade") and "atch norm" not in other
    (later,) = said(BARE, measured(1, **faint), measured(2))
    assert "were faint at first: their spread was 0.0026 behind linear 1 after epoch 1" in later
    assert "and is 0.6 now" in later and "Batch norm after each convolution" in later


def test_behind_batch_norm_a_small_spread_is_the_norms_own_choice():
    small = measured(conv_1={"spread": 0.11}, conv_4={"spread": 0.034})
    assert said(WITH, small)[0].startswith("Healthy")
    assert said(WITH, small, measured(2))[0].startswith("Healthy")
    assert said(WITH, measured(conv_4={"spread": 0.009}))[0].startswith("The activations fade")


def test_what_grows_without_batch_norm_is_told_the_same():
    (sentence,) = said(BARE, measured(conv_1={"spread": 0.3}, conv_4={"spread": 40.0}))
    assert sentence.startswith(
        "Without batch norm the activations grow: their spread goes from 0.3 behind conv 1 to 40 "
        "behind conv 4. Batch norm after each convolution would"
    )
    one_left = WITH.replace("batchnorm\n", "", 1)
    (sentence,) = said(one_left, measured(conv_1={"spread": 40.0}))
    assert sentence.startswith("The activations grow: their spread is 40 behind conv 1. Batch norm")
    assert "after conv 1 would hold it" in sentence


def test_a_small_gradient_counts_where_the_layer_hardly_moves():
    small = {"gradient": 2.5e-5, "update": 3e-5}
    (sentence,) = said(WITH, measured(conv_4=small))
    assert "Conv 4's gradient is 400 times smaller than conv 1's: it hardly learns." in sentence
    # Adam makes updates alike: a small gradient alone is no harm.
    assert said(WITH, measured(conv_4={"gradient": 2.5e-5}))[0].startswith("Healthy")
    # At the end of a cosine every layer rests: what has moved before is well.
    assert said(WITH, measured(), measured(2, conv_4=small))[0].startswith("Healthy")
    assert "gets no gradient at all" in said(WITH, measured(conv_4={**small, "gradient": 0.0}))[0]


def test_updates_far_from_a_thousandth_are_told():
    (sentence,) = said(WITH, measured(linear_1={"update": 0.05}))
    assert "changes linear 1's weights by 5.0 %" in sentence and "a tenth of it" in sentence
    slow = {name.lower().replace(" ", "_"): {"update": 2e-6} for name in NAMES}
    (sentence,) = said(WITH, measured(**slow))
    assert sentence.startswith("No layer moves: a step changes weights by 2e-06")


def test_dead_and_saturated_layers_are_told():
    (sentence,) = said(WITH, measured(conv_2={"dead": 0.75}))
    assert sentence.startswith("75.0 % of conv 2's ReLUs are dead: zero everywhere for all 16")
    assert said(WITH, measured(photos=4, conv_2={"dead": 0.75}))[0].startswith("Healthy")
    (sentence,) = said(BARE, measured(conv_2={"dead": 1.0}))
    assert sentence.startswith("Every ReLU of conv 2 is dead") and "or batch norm" in sentence
    (sentence,) = said(TANH, measured(conv_3={"saturated": 0.72}))
    assert sentence.startswith("72.0 % of what conv 3's tanh gives out is saturated")


def test_three_sentences_are_enough_and_the_gravest_stands_first():
    sentences = said(
        BARE,
        measured(
            conv_1={"dead": 1.0},
            conv_2={"spread": 1e-4},
            conv_3={"update": 0.3},
            conv_4={"spread": 99.0},
        ),
    )
    assert len(sentences) == 3 and sentences[0].startswith("Every ReLU of conv 1 is dead")


def test_what_could_not_be_measured_is_passed_over():
    nothing = {"gradient": None, "update": None, "mean": None, "spread": None, "dead": None}
    names = [name.lower().replace(" ", "_") for name in NAMES]
    assert said(BARE, measured(**dict.fromkeys(names, nothing))) == ("Nothing is known yet.",)


@pytest.mark.usefixtures("no_likeness")
@pytest.mark.parametrize("engine", ["torch", "numpy"])
@pytest.mark.parametrize(
    ("network", "changes", "start"),
    [
        (BARE, {"learning_rate": 5e-4}, "Without batch norm the activations fade: "),
        (WITH, {"learning_rate": 5e-4}, "Healthy in every layer: "),
        (WITH, {"learning_rate": 1e-7}, "No layer moves: "),
        (WITH, {"learning_rate": 0.5}, "One step changes "),
        (
            "conv 4 kernel 3\nsigmoid\nflatten\n"
            + "linear 12\nsigmoid\n" * 7
            + "linear 1\nsigmoid",
            {"optimizer": "sgd", "learning_rate": 1e-2},
            "Conv's gradient is ",
        ),
    ],
    ids=["bare", "article", "too slow", "too fast", "deep sigmoids"],
)
def test_real_trainings_get_the_diagnosis_they_deserve(
    engine, network, changes, start, runs_folder, monkeypatch
):
    from core.conftest import small_data

    side = 80
    monkeypatch.setattr("core.data.load_data", lambda *_: small_data(train=24, test=4, side=side))
    config = TrainConfig(model=network, image_size=side, epochs=1, batch_size=8, engine=engine)
    run = create_run(config.replace(**changes))
    assert diagnosis_of(run) is None
    list(Worker(run).events())
    found = diagnosis_of(run)
    assert found is not None
    assert found.sentences[0].startswith(start), found.sentences
