"""A clock that is set forwards or backwards, or jumps all the time, disturbs nothing."""

import json
import math
import os
import random
import time

import pytest

from core.config import TrainConfig
from core.conftest import TINY, launch_nothing
from core.runs import estimate
from core.runs.commands import Action, Command, CommandFolder
from core.runs.listing import began, create_run, list_runs
from core.runs.rate_search import PATIENCE_SECONDS, NobodyLooksError, RateSearch
from core.runs.status import State, Status
from core.runs.worker import Worker
from core.runs.worker_pool import WorkerPool
from core.system import seconds_since
from core.training.events import BatchDone, EpochDone

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=2, batch_size=8)
HOUR = 3600.0

pytestmark = pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness")


def test_an_age_is_never_negative():
    assert seconds_since(time.time()) < 5
    assert HOUR - 1 < seconds_since(time.time() - HOUR) < HOUR + 5
    assert seconds_since(time.time() + 0.5) == 0  # a file server that is a little ahead
    assert seconds_since(time.time() + HOUR) == math.inf


def test_a_training_under_a_clock_that_jumps_is_the_same_training(monkeypatch):
    calm, jumping = create_run(CONFIG), create_run(CONFIG)
    list(Worker(calm).events())
    chance, now = random.Random(4), time.time()
    monkeypatch.setattr("time.time", lambda: now + chance.uniform(-30, 30) * 24 * HOUR)
    monkeypatch.setattr("time.time_ns", lambda: int(time.time() * 1e9))
    events = list(Worker(jumping).events())
    assert jumping.status().state is State.FINISHED
    assert jumping.log.batch_losses().losses.tolist() == calm.log.batch_losses().losses.tolist()
    assert all(0 <= each.seconds < 60 for each in events if isinstance(each, EpochDone))
    assert all(0 <= each.seconds_left < 60 for each in events if isinstance(each, BatchDone))


def test_commands_come_in_the_order_of_their_sending_though_the_clock_was_set_back(
    tmp_path, monkeypatch
):
    folder = CommandFolder(tmp_path / "control")
    sent = [Command(Action.LEARNING_RATE, float(rate)) for rate in range(1, 7)]
    hours = iter((5, 4, 6, 3, 3, 0))
    monkeypatch.setattr("time.time_ns", lambda: next(hours) * 3600 * 10**9)
    for command in sent:
        folder.send(command)
    assert folder.take() == sent


def test_runs_are_ordered_by_when_they_were_made_not_by_how_that_is_written():
    times = {
        "summer": "2026-10-25T02:30:00+02:00",
        "winter, half an hour later": "2026-10-25T02:00:00.250000+01:00",
        "a moment later": "2026-10-25T02:00:00.750000+01:00",
        "elsewhere, first": "2026-10-24T17:00:00-07:00",
        "nobody knows": "yesterday",
        "before time": "0001-01-01T00:00:00+00:00",
    }
    for name, created in times.items():
        run = create_run(CONFIG, name)
        (run.path / "config.json").write_text(json.dumps(run.record | {"created": created}))
    runs = list_runs()
    assert [run.name for run in runs][:4] == [
        "a moment later",
        "winter, half an hour later",
        "summer",
        "elsewhere, first",
    ]
    assert {began(run) for run in runs[4:]} == {""} and all(began(run) for run in runs[:4])


def test_two_runs_of_one_second_have_an_order():
    names = [create_run(CONFIG, str(number)).name for number in range(5)]
    assert [run.name for run in list_runs()] == names[::-1]


def test_a_start_that_lies_in_the_future_is_no_start(monkeypatch):
    monkeypatch.setattr("core.runs.worker_pool.launch", launch_nothing)
    run = create_run(CONFIG)
    run.write_status(Status(State.STARTING))
    os.utime(run.path / "status.json", (time.time() + HOUR,) * 2)
    assert run.status().state is State.INTERRUPTED
    WorkerPool().start(run)  # so it can be started again
    assert run.status().state is State.STARTING


def test_what_was_to_measure_before_the_clock_was_set_back_is_measured(monkeypatch):
    started = []
    monkeypatch.delenv("GLASS_CNN_MEASURE", raising=False)
    monkeypatch.setattr(estimate, "start_process", lambda *arguments: started.append(arguments))
    assert estimate.ask([CONFIG]) and estimate.ask([CONFIG])
    assert len(started) == 1  # it was started a moment ago
    asked = estimate.folder() / "asked.json"
    values = json.loads(asked.read_text())
    asked.write_text(json.dumps(values | {"began": time.time() + HOUR}))
    assert estimate.ask([CONFIG])
    assert len(started) == 2


def test_a_search_begun_before_the_clock_was_set_back_begins_again_and_ends(monkeypatch):
    started = []
    monkeypatch.setattr("core.runs.rate_search.start_process", lambda *all: started.append(all))
    search = RateSearch(CONFIG)
    search.look()
    search.look()
    assert len(started) == 1
    question = search.folder / "question.json"
    question.write_text(
        json.dumps(json.loads(question.read_text()) | {"begun": time.time() + HOUR})
    )
    search.look()
    assert len(started) == 2
    search.check_watched()
    for looked in (time.time() + HOUR, time.time() - PATIENCE_SECONDS - 1):
        os.utime(search.folder / "looked", (looked, looked))
        with pytest.raises(NobodyLooksError):
            search.check_watched()
