import math

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY
from core.runs.best_epoch import best_epochs
from core.runs.checkpoints import Position
from core.runs.curves import Curves
from core.runs.listing import create_run
from core.runs.verdict import FAILED, Kind, best_epoch, best_learnt, judge, verdict_of
from core.runs.worker import Worker
from core.training.events import EpochDone
from core.variations import PLAIN

LN2 = math.log(2)


def epochs(train_loss, test_loss=None, train_accuracy=0.9, test_accuracy=0.8) -> list[EpochDone]:
    """Plant one epoch per training loss; accuracies are one for all, or one each."""
    count = len(train_loss)
    test_loss = train_loss if test_loss is None else test_loss
    train, test = (
        [each] * count if isinstance(each, float) else each
        for each in (train_accuracy, test_accuracy)
    )
    rows = zip(train_loss, train, test_loss, test, strict=True)
    return [EpochDone(number, *row, seconds=1.0) for number, row in enumerate(rows, 1)]


def curves(done: list[EpochDone], losses=None, **facts) -> Curves:
    """Give each planted epoch thirty batches that all have its loss."""
    if losses is None:
        losses = np.repeat([each.train_loss for each in done], 30)
    return Curves(done, np.asarray(losses, float), **facts)


GUESSED = {"train_accuracy": 0.51, "test_accuracy": 0.5}
FALLING = epochs([0.6, 0.5, 0.4, 0.3], test_accuracy=[0.6, 0.7, 0.75, 0.8])


def test_what_still_falls_is_still_learning():
    assert judge(curves(FALLING, ended=False)).sentence == (
        "Still learning: 80.0 % of the test photos are right after 4 epochs."
    )
    ended = judge(curves(FALLING))
    assert ended.kind is Kind.LEARNING and "More epochs should help." in ended.sentence


def test_what_is_good_and_flat_has_learnt():
    done = epochs(
        [0.6, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2], test_accuracy=[0.6, 0.9, 0.95, 0.93, 0.93, 0.93, 0.93]
    )
    verdict = judge(curves(done))
    assert (verdict.kind, verdict.failed) == (Kind.LEARNT, False)
    assert "93.0 % of the test photos are right after 7 epochs (at best 95.0 %, epoch 3)" in (
        verdict.sentence
    )
    assert judge(curves(done, ended=False)).sentence.startswith("Levelling off")


def test_over_fitting_begins_where_the_test_loss_was_lowest():
    test = [0.6, 0.5, 0.45, 0.52, 0.6, 0.7]
    done = epochs(
        [0.6, 0.5, 0.4, 0.3, 0.2, 0.1], test, test_accuracy=[0.6, 0.9, 0.8, 0.7, 0.7, 0.7]
    )
    verdict = judge(curves(done))
    assert verdict.kind is Kind.OVER_FITTING
    assert verdict.sentence.startswith("Over-fitting since epoch 3: ")
    assert "from 0.450 to 0.700" in verdict.sentence and "holds" not in verdict.sentence
    surer = judge(curves(epochs([0.6, 0.5, 0.4, 0.3, 0.2, 0.1], test)))
    assert "The share of right answers still holds: 80.0 %, 80.0 % at best." in surer.sentence
    varied = curves(done, config=TrainConfig(variations=PLAIN))
    assert "varied pictures" in verdict.sentence
    assert "varied pictures" not in judge(varied).sentence


def test_a_test_loss_that_only_trembles_is_no_over_fitting():
    trembling = epochs([0.4, 0.3, 0.25, 0.2], [0.45, 0.44, 0.455, 0.45])
    assert judge(curves(trembling)).kind is Kind.LEARNT
    # Of eight test photos even a larger step says nothing.
    rising = epochs([0.4, 0.3, 0.25, 0.2], [0.45, 0.44, 0.5, 0.5])
    assert judge(curves(rising)).kind is Kind.OVER_FITTING
    assert judge(curves(rising, test_photos=8)).kind is not Kind.OVER_FITTING


def test_a_test_loss_that_rises_with_the_training_loss_is_no_over_fitting():
    both = epochs([0.3, 0.4, 0.5, 0.6], [0.4, 0.5, 0.6, 0.7])
    assert judge(curves(both)).kind is not Kind.OVER_FITTING


def test_a_test_loss_on_its_way_back_from_a_jump_is_no_over_fitting():
    back = epochs([0.6, 0.55, 0.54, 0.52, 0.5], [0.7, 2.5, 1.1, 0.9, 0.9], test_accuracy=0.6)
    verdict = judge(curves(back))
    assert verdict.kind is Kind.LEARNT and verdict.sentence.startswith("Learnt a little: ")


def test_photos_known_by_heart_are_told_from_learning():
    by_heart = epochs([0.6, 0.3, 0.1], [0.70, 0.71, 0.70], [0.7, 0.9, 0.99], [0.5, 0.52, 0.51])
    verdict = judge(curves(by_heart))
    assert verdict.kind is Kind.OVER_FITTING and verdict.sentence.startswith("Learning by heart")


@pytest.mark.parametrize(
    ("config", "rates", "advice"),
    [
        (TrainConfig(init="constant"), (5e-4,), "not constant"),
        (TrainConfig(), (1e-6,), "a larger learning rate, 0.0005"),
        (TrainConfig(), (0.1,), "a smaller learning rate, 0.0005"),
        (TrainConfig(), (5e-4,), "another learning rate"),
    ],
)
def test_what_stays_at_ln_2_is_stuck_and_told_a_way_out(config, rates, advice):
    verdict = judge(curves(epochs([LN2] * 3, **GUESSED), config=config, rates=rates))
    assert verdict.kind is Kind.GUESSING and verdict.failed
    assert "where guessing has 0.693" in verdict.sentence and advice in verdict.sentence


def test_of_a_few_photos_more_must_be_right_to_be_more_than_guessing():
    lucky = epochs([0.69] * 3, train_accuracy=0.6, test_accuracy=0.6)
    assert judge(curves(lucky, train_photos=16)).kind is Kind.GUESSING
    assert judge(curves(lucky, train_photos=2000)).kind is not Kind.GUESSING


def test_with_unequal_classes_always_saying_the_same_is_guessing():
    same = epochs([0.33] * 3, train_accuracy=0.9, test_accuracy=0.9)
    assert judge(curves(same, majority=0.9)).kind is Kind.GUESSING
    assert judge(curves(same)).kind is Kind.LEARNT


def test_a_saturated_loss_has_failed_and_a_tenth_of_the_rate_is_the_advice():
    verdict = judge(curves(epochs([50.0] * 3, **GUESSED), rates=(5.0,)))
    assert verdict.kind is Kind.WORSE and verdict.failed
    assert verdict.sentence.startswith(
        "Failed: worse than guessing. The loss is 50, where guessing"
    )
    assert "The learning rate of 5 is probably too high: try a tenth, 0.5" in verdict.sentence
    live = judge(curves([], [50.0] * 20, rates=(5.0,), ended=False))
    assert live.kind is Kind.WORSE and live.sentence.startswith("Failing")


def test_losses_far_beyond_guessing_need_few_batches_to_have_failed():
    done = epochs([35.0, 50.0, 50.0], **GUESSED)
    assert judge(curves(done, [1.0, 50.0, 40.0, 50.0, 60.0, 50.0, 50.0])).kind is Kind.WORSE
    assert judge(curves(done, [50.0] * 3)).kind is Kind.TOO_EARLY
    mild = epochs([1.5, 1.5, 1.5], **GUESSED)
    assert judge(curves(mild, [1.5] * 9)).kind is Kind.TOO_EARLY


def test_a_first_spike_is_no_failure():
    spike = [9.0] * 5 + [0.6] * 55
    assert judge(curves(FALLING[:2], spike)).kind not in FAILED
    assert judge(curves([], [9.0] * 19, ended=False)).kind is Kind.TOO_EARLY


def test_a_lowered_rate_gets_time_and_then_the_rate_before_it_the_blame():
    done = epochs([50.0] * 3, **GUESSED)
    assert judge(curves(done, rates=(5.0, 5e-4), since=3, ended=False)).kind is not Kind.WORSE
    verdict = judge(curves(done, rates=(5.0, 5e-4), since=40))
    assert "A learning rate of 5 was too high" in verdict.sentence
    assert "begin a new training" in verdict.sentence


def test_a_loss_that_is_no_number_is_told_first():
    verdict = judge(curves([], diverged=True, rates=(1e12,)))
    assert verdict.kind is Kind.DIVERGED and "no number any more" in verdict.sentence


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("done", [0, 1, 2])
def test_of_next_to_nothing_nothing_is_said(done, ended):
    tiny = curves(FALLING[:done], [0.5] * (4 * done), ended=ended)
    verdict = judge(tiny)
    assert verdict.kind is Kind.TOO_EARLY and verdict.sentence.startswith("Too early to say")


def test_few_test_photos_are_admitted():
    assert "With 12 test photos this is a hint" in judge(curves(FALLING, test_photos=12)).sentence
    assert "hint" not in judge(curves(FALLING, test_photos=400)).sentence


def test_the_best_epochs_are_the_first_of_equal_ones():
    done = epochs([0.5] * 4, [0.6, 0.4, 0.4, 0.5], test_accuracy=[0.6, 0.7, 0.9, 0.9])
    found = best_epochs(done)
    assert found is not None and [each.epoch for each in found] == [2, 3]
    assert best_epochs([]) is None


@pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness")
@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"learning_rate": 0.01, "epochs": 30}, {Kind.LEARNING, Kind.LEARNT, Kind.OVER_FITTING}),
        ({"learning_rate": 1e6, "optimizer": "sgd", "epochs": 30}, {Kind.WORSE, Kind.DIVERGED}),
        ({"learning_rate": 1e-8, "epochs": 12}, {Kind.GUESSING}),
        ({"epochs": 1}, {Kind.TOO_EARLY}),
    ],
)
def test_real_trainings_get_the_verdict_they_deserve(changes, kinds):
    config = TrainConfig(model=TINY, image_size=16, batch_size=8, init="kaiming_normal")
    run = create_run(config.replace(**changes))
    assert verdict_of(run).kind is Kind.TOO_EARLY
    list(Worker(run).events())
    verdict = verdict_of(run)
    assert verdict.kind in kinds, verdict.sentence


@pytest.mark.usefixtures("runs_folder")
@pytest.mark.parametrize(
    ("accuracies", "losses", "expected"),
    [
        ([0.6, 0.9, 0.8], [0.6, 0.4, 0.3], 2),
        ([0.5, 0.53, 0.5], [LN2, LN2, LN2], None),  # never learnt
        ([0.9, 0.5, 0.5], [0.4, 30.0, 40.0], 1),  # learnt before it went wrong
    ],
)
def test_only_a_run_that_has_learnt_something_has_a_best_epoch(
    monkeypatch, accuracies, losses, expected
):
    run = create_run(TrainConfig())
    done = epochs(losses, train_accuracy=accuracies, test_accuracy=accuracies)
    planted = curves(done)
    monkeypatch.setattr("core.runs.verdict.curves_of", lambda run: planted)
    run.checkpoints.folder.mkdir()
    for epoch in (1, 2, 3):
        run.checkpoints.path(Position(epoch)).with_suffix(".json").write_text("{}")
    assert (best_learnt(planted) is not None) is (expected is not None)
    assert best_epoch(run) == expected
    if expected:
        run.checkpoints.remove([Position(expected)])
        assert best_epoch(run) is None  # an older version thinned it away
