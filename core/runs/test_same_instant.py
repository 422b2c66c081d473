"""Two who want the same at the same instant: one gets it, the other is told so."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from core.config import TrainConfig
from core.conftest import TINY
from core.errors import RunError
from core.runs.listing import create_run, list_runs
from core.runs.run import Run
from core.runs.status import State
from core.runs.worker import Worker
from core.runs.worker_pool import WorkerPool

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=2, batch_size=8)

pytestmark = pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness")


def all_at_once(*works: Callable[[], object]) -> list[object]:
    """Let every work begin at the same instant; return what each returned or raised."""
    outcomes: list[object] = [None] * len(works)
    ready = threading.Barrier(len(works))

    def work(place: int) -> None:
        ready.wait()
        try:
            outcomes[place] = works[place]()
        except Exception as error:
            outcomes[place] = error

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def refused(outcomes: list[object]) -> list[str]:
    assert all(isinstance(each, RunError) for each in outcomes if isinstance(each, Exception))
    return [str(each) for each in outcomes if isinstance(each, RunError)]


def test_of_several_runs_in_one_folder_one_is_made_and_says_what_it_is(tmp_path):
    for attempt in range(5):
        path = tmp_path / str(attempt)
        outcomes = all_at_once(
            *[partial(create_run, CONFIG.replace(seed=seed), path=path) for seed in range(6)]
        )
        (winner,) = (each for each in outcomes if isinstance(each, Run))
        assert len(refused(outcomes)) == 5
        assert Run(path).config == winner.config


def test_two_new_runs_are_two():
    outcomes = all_at_once(*[lambda: create_run(CONFIG)] * 6)
    assert refused(outcomes) == [] and len(list_runs()) == 6


def test_of_two_workers_of_one_run_one_trains(monkeypatch):
    monkeypatch.setattr("core.runs.worker.LOCK_SECONDS", 0.0)
    run = create_run(CONFIG.replace(epochs=20))
    outcomes = all_at_once(*[lambda: list(Worker(Run(run.path)).events())] * 4)
    assert len(refused(outcomes)) == 3
    assert all(each.endswith("is already being trained.") for each in refused(outcomes))
    assert run.status().state is State.FINISHED
    assert [done.epoch for done in run.log.epochs()] == list(range(1, 21))


def test_of_three_servers_that_start_one_run_one_trains_it_once(monkeypatch):
    monkeypatch.setattr("core.runs.worker.LOCK_SECONDS", 0.0)
    ends: list[object] = []

    class Process:
        def wait(self) -> int:
            return 0

    def launch(arguments, log) -> Process:
        ends.extend(all_at_once(lambda: list(Worker(Run(run.path)).events())))
        return Process()

    monkeypatch.setattr("core.runs.worker_pool.launch", launch)
    run = create_run(CONFIG.replace(epochs=20))
    outcomes = all_at_once(*[lambda: WorkerPool().start(Run(run.path))] * 3)
    told = refused(outcomes) + refused(ends)
    assert all("already being trained" in each or "nothing is left" in each for each in told)
    assert run.status().state is State.FINISHED
    assert [done.epoch for done in run.log.epochs()] == list(range(1, 21))
