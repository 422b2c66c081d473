"""Who may change a run, and how many a visitor may begin."""

import contextlib
import json
import time

import pytest
from filelock import FileLock

from core.config import TrainConfig
from core.errors import PlaceError, RunError
from core.runs.beginning import MOST, MOST_KEPT, search_rates, start_again, start_new
from core.runs.commands import Action
from core.runs.listing import create_run, every_run
from core.runs.rate_search import RateSearch, searches_of
from core.runs.rights import changing, may_change
from core.runs.run import Run
from core.runs.status import State, Status
from core.runs.worker_pool import WorkerPool
from core.served import SETTING
from core.visitors import AT_HOME, Visitor, visitor_with

pytestmark = pytest.mark.usefixtures("runs_folder")
CONFIG = TrainConfig(model="compact", image_size=16, epochs=1, batch_size=8)
ANN, BEN = visitor_with("a" * 64), visitor_with("b" * 64)


class Pool(WorkerPool):
    """A pool whose workers only say that they train."""

    def start(self, run: Run) -> None:
        run.write_status(Status(State.TRAINING, epochs=run.config.epochs))


@pytest.fixture
def living(monkeypatch):
    """Let every run that says so be trained, as if its worker lived."""
    monkeypatch.setattr(Run, "locked", lambda self, patience=0.0: True)


def test_a_run_is_its_beginners_and_its_record_holds_no_key():
    run = start_new(CONFIG, ANN, Pool())
    assert run.owner == ANN.mark and may_change(run, ANN) and not may_change(run, BEN)
    assert may_change(run, AT_HOME) and not may_change(run, Visitor())
    assert "a" * 64 not in (run.path / "config.json").read_text()
    assert not may_change(create_run(CONFIG), ANN)  # of the command line: nobody's browser began it
    assert create_run(CONFIG).record.keys().isdisjoint({"owner"})


def test_strangers_change_nothing_of_a_run(living):
    run = start_new(CONFIG, ANN, Pool())
    name, files = run.name, sorted(run.path.rglob("*"))
    for act in (
        lambda: changing(run, BEN).send(Action.STOP),
        lambda: changing(run, BEN).set_learning_rate(0.1),
        lambda: changing(run, BEN).rename("mine"),
        lambda: changing(run, BEN).delete(),
        lambda: start_again(run, BEN, Pool()),
        lambda: start_again(run, BEN, Pool(), 9),
        lambda: changing(run, Visitor()).send(Action.STOP),
    ):
        with pytest.raises(RunError, match="Only the browser that started it, and whoever sits"):
            act()
    assert run.name == name and sorted(run.path.rglob("*")) == files
    assert not run.commands.waiting()
    changing(run, ANN).send(Action.STOP)
    assert len(run.commands.waiting()) == 1


def test_a_visitor_has_so_many_trainings_at_once_and_others_have_theirs(living):
    mine = [start_new(CONFIG, ANN, Pool()) for _ in range(MOST)]
    with pytest.raises(RunError, match="2 trainings of yours run or wait here already"):
        start_new(CONFIG.replace(engine="both"), ANN, Pool())
    assert len(every_run()) == MOST
    start_new(CONFIG, BEN, Pool())
    for _ in range(MOST + 1):
        start_new(CONFIG, AT_HOME, Pool())
    mine[0].write_status(Status(State.STOPPED, epochs=1))
    third = start_new(CONFIG, ANN, Pool())
    with pytest.raises(RunError, match="2 trainings of yours"):
        start_again(mine[0], ANN, Pool())
    third.write_status(Status(State.FINISHED, epochs=1))
    start_again(mine[0], ANN, Pool())
    assert mine[0].status().state is State.TRAINING


def test_so_many_runs_of_a_visitor_are_kept():
    runs = [create_run(CONFIG, owner=ANN.mark) for _ in range(MOST_KEPT)]
    with pytest.raises(RunError, match="20 runs of yours are kept here"):
        start_new(CONFIG, ANN, Pool())
    start_new(CONFIG, BEN, Pool())
    for _ in range(2):
        start_new(CONFIG, AT_HOME, Pool())
    changing(runs[0], ANN).delete()
    start_new(CONFIG, ANN, Pool())


def test_a_browser_without_a_key_begins_nothing():
    with pytest.raises(RunError, match="keeps no cookie"):
        start_new(CONFIG, Visitor(), Pool())
    assert not every_run()


def test_no_run_is_made_of_photos_that_may_not_be_read(monkeypatch, tmp_path):
    monkeypatch.setenv(SETTING, str(tmp_path / "open"))
    with pytest.raises(PlaceError):
        start_new(CONFIG.replace(data="/etc"), AT_HOME, Pool())
    with pytest.raises(PlaceError):
        search_rates(RateSearch(CONFIG.replace(data="/etc")), AT_HOME)
    assert not every_run()


def test_a_worker_reads_no_photos_that_may_not_be_read(monkeypatch, tmp_path):
    from core.runs.photos import load_photos

    monkeypatch.setenv(SETTING, "")
    for place in (str(tmp_path), str(tmp_path / "absent")):
        with pytest.raises(PlaceError, match="may not be read here") as caught:
            load_photos(CONFIG.replace(data=place), lambda done, total: None)
        assert "Put it back" not in str(caught.value)


def test_searches_for_a_rate_count_among_trainings(living, monkeypatch):
    monkeypatch.setattr("core.runs.rate_search.start_process", lambda *_: None)
    search_rates(RateSearch(CONFIG, owner=ANN.mark), ANN)
    assert len(searches_of(ANN.mark)) == 1 and not searches_of(BEN.mark)
    start_new(CONFIG, ANN, Pool())
    with pytest.raises(RunError, match="2 trainings of yours"):
        search_rates(RateSearch(CONFIG.replace(batch_size=4), owner=ANN.mark), ANN)
    (folder,) = searches_of(ANN.mark)
    question = json.loads((folder / "question.json").read_text())
    (folder / "question.json").write_text(json.dumps(question | {"begun": time.time() - 100}))
    assert not searches_of(ANN.mark)  # its process has ended
    with FileLock(folder / "lock"):
        assert searches_of(ANN.mark) == [folder]
    with contextlib.suppress(RunError):
        search_rates(RateSearch(CONFIG.replace(batch_size=4), owner=ANN.mark), ANN)
    assert len(searches_of(ANN.mark)) == 1
