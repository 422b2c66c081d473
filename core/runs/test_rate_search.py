import os
import time

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY, wait_for
from core.errors import DataError
from core.files import is_locked
from core.runs.listing import create_run, list_runs
from core.runs.rate_search import PATIENCE_SECONDS, Found, RateSearch, main
from core.runs.worker import Worker
from core.training.rate_suggestion import suggest

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=1, batch_size=8, train_per_class=20)

pytestmark = pytest.mark.usefixtures("runs_folder", "no_likeness")


def looked_at(search):
    search.folder.mkdir(parents=True)
    (search.folder / "looked").touch()
    return search


def test_a_page_looks_until_a_process_has_found_a_rate_and_then_it_is_known():
    search = RateSearch(CONFIG.replace(test_per_class=5))
    assert not search.look().ended
    wait_for(lambda: search.look().ended, "the search ends", 120)
    found = search.look()
    assert found.done and not found.failed and len(found.rates) == len(found.losses) > 20
    assert suggest(found.rates, found.losses).sentence
    wait_for(lambda: not is_locked(search.folder / "lock"), "its process lets go")
    written = (search.folder / "found.json").stat().st_mtime_ns
    # What changes nothing about the answer is not another question.
    again = RateSearch(CONFIG.replace(epochs=9, learning_rate=0.5, schedule="cosine"))
    assert again.look() == found
    assert (search.folder / "found.json").stat().st_mtime_ns == written
    assert RateSearch(CONFIG.replace(batch_size=4)).id != search.id
    assert list_runs() == []
    search.forget()
    assert not search.found().ended


@pytest.mark.usefixtures("small_loader")
def test_a_run_is_searched_from_its_newest_weights_and_stays_untouched():
    run = create_run(CONFIG)
    untrained = RateSearch(CONFIG, run).id
    list(Worker(run).events())
    files = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    search = looked_at(RateSearch(run.config, run))
    assert search.id not in (untrained, RateSearch(CONFIG).id)
    search.perform()
    assert search.found().done
    changed = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    assert changed == files
    fresh = looked_at(RateSearch(CONFIG))
    fresh.perform()
    assert not np.allclose(fresh.found().losses[0], search.found().losses[0])


@pytest.mark.usefixtures("small_loader")
def test_it_ends_when_nobody_looks_any_more():
    search = looked_at(RateSearch(CONFIG))
    steps = search.steps()
    next(steps)
    long_ago = time.time() - PATIENCE_SECONDS - 1
    os.utime(search.folder / "looked", (long_ago, long_ago))
    search.perform()
    assert not search.found().ended and not (search.folder / "found.json").exists()


def test_what_goes_wrong_is_told_in_a_sentence(monkeypatch, capsys):
    def fails(*_):
        raise DataError("There is no such folder.")

    monkeypatch.setattr("core.data.load_data", fails)
    search = looked_at(RateSearch(CONFIG))
    with pytest.raises(DataError):
        search.perform()
    found = search.found()
    assert found.failed and found.message == "There is no such folder."
    assert main(["--wrong"]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.usefixtures("small_loader")
def test_it_waits_for_a_slot(monkeypatch):
    search = looked_at(RateSearch(CONFIG))
    refusals = iter([False, False, True])
    monkeypatch.setattr("core.runs.rate_search.Slot.take", lambda self: next(refusals))
    seen: list[str] = []
    write = search.write

    def write_down(found: Found, every: float = 0.0) -> None:
        seen.append(found.message)
        write(found, every)

    monkeypatch.setattr(search, "write", write_down)
    search.perform()
    assert (
        seen[0].startswith("Waiting, number 1 in the queue: other trainings")
        and search.found().done
    )
