"""A small computer: one thing at a time."""

import subprocess
import threading
from contextlib import ExitStack

import pytest

from core.config import TrainConfig
from core.conftest import TINY, launch_nothing, wait_for
from core.explain.survey import Survey
from core.files import is_locked
from core.runs import turns
from core.runs.estimate import ask
from core.runs.listing import create_run
from core.runs.slots import LOOKS, Slot, claimed, may_look, room_to_look, slot_is_free
from core.runs.turns import page_computes, turn_file, wait_for_pages
from core.runs.worker import Worker
from core.runs.worker_pool import WorkerPool

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=1, batch_size=8)

pytestmark = pytest.mark.usefixtures("runs_folder", "small_loader")


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setenv("GLASS_CNN_SMALL", "1")


@pytest.fixture
def looks(monkeypatch):
    """Count how often somebody looks whether a page is being computed."""
    seen = []

    def look(path):
        seen.append(path)
        return is_locked(path)

    monkeypatch.setattr(turns, "is_locked", look)
    return seen


@pytest.mark.usefixtures("small")
def test_the_last_page_that_is_done_lets_trainings_go_on():
    with page_computes():
        with page_computes():
            assert is_locked(turn_file())
        assert is_locked(turn_file())
    assert not is_locked(turn_file())
    with pytest.raises(ValueError), page_computes():
        raise ValueError
    assert not is_locked(turn_file())


@pytest.mark.usefixtures("small")
def test_a_training_rests_while_a_page_is_computed(looks):
    run = create_run(CONFIG)
    training = threading.Thread(target=lambda: list(Worker(run).events()))
    with page_computes():
        training.start()
        wait_for(lambda: len(looks) > 3, "the training waits", 120)
        assert run.status().state == "training" and not run.log.batch_losses().losses.size
    training.join()
    assert run.status().state == "finished"


@pytest.mark.usefixtures("small")
def test_a_page_that_takes_very_long_does_not_hold_a_training_up_for_ever(monkeypatch, looks):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.1)
    with page_computes():
        wait_for_pages()
        assert len(looks) > 1


def test_elsewhere_pages_and_trainings_compute_side_by_side(looks):
    with page_computes():
        wait_for_pages()
        assert not looks and not turn_file().exists()
    with claimed(Slot()) as slot:
        assert slot.take() and may_look() and slot_is_free()


@pytest.mark.usefixtures("small")
def test_beside_a_training_nothing_else_is_started(monkeypatch):
    monkeypatch.setenv("GLASS_CNN_MEASURE", "1")
    monkeypatch.setattr(subprocess, "Popen", launch_nothing)
    monkeypatch.setattr("core.explain.survey.start_process", pytest.fail)
    pool = WorkerPool(refill_seconds=0)
    pool.warm()
    assert pool.spare is None and pool.timer is None
    assert not ask([CONFIG])
    survey = Survey(create_run(CONFIG), "map", 0)
    with claimed(Slot()) as slot:
        assert slot.take() and not may_look()
        survey.start()
    assert survey.progress() is None


@pytest.mark.usefixtures("small")
def test_a_training_waits_until_a_survey_is_done():
    with room_to_look():
        assert not slot_is_free() and not may_look()
        with claimed(Slot()) as slot:
            assert not slot.take()
    assert slot_is_free()


def test_few_look_at_all_photos_at_once_and_a_further_one_is_not_started(monkeypatch):
    monkeypatch.setattr("core.explain.survey.start_process", pytest.fail)
    survey = Survey(create_run(CONFIG), "map", 0)
    with ExitStack() as stack:
        for _ in range(LOOKS):
            assert may_look()
            stack.enter_context(room_to_look())
        assert not may_look() and slot_is_free()
        survey.start()
        assert survey.progress() is None
    assert may_look()
