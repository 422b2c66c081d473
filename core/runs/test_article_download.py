"""The download in a process of its own, with the real client and a server of the tests' own."""

import os
import signal
import time

import pytest

from core.config import ARTICLE_SET
from core.conftest import wait_for
from core.data.kaggle.article_set import article_folder, is_here
from core.data.kaggle.conftest import REAL_CLIENT, Kaggle, kaggle, whole
from core.fetch import main as fetch
from core.files import is_locked, read_json, write_json
from core.folders import kaggle_folder
from core.runs import article_download
from core.runs.article_download import BROKE_OFF, STOPPED, ArticleDownload, main
from core.runs.listing import list_runs
from core.train import main as train

pytestmark = REAL_CLIENT
SMALL = ["--model", "compact", "--image-size", "16", "--batch-size", "8", "--vary"]
__all__ = ["kaggle"]


def bytes_here() -> int:
    return sum(path.stat().st_size for path in kaggle_folder().rglob("*.archive"))


def ended(download: ArticleDownload) -> article_download.Downloaded:
    wait_for(lambda: not download.look().running, "the download ends", 120)
    return download.look()


def test_it_goes_on_by_itself_and_says_how_far_it_is(kaggle: Kaggle):
    download = ArticleDownload()
    assert download.look() == article_download.Downloaded()
    download.start()
    download.start()  # another visitor
    assert download.look().running
    assert ended(download).message == "The article's photos are here."
    assert not download.look().failed and is_here()
    assert len([path for path, _ in kaggle.asked if "DownloadDataset" in path]) == 1


def test_it_is_stopped_and_the_next_one_goes_on_from_there(kaggle: Kaggle):
    kaggle.trickle = 0.05
    download = ArticleDownload()
    download.start()
    wait_for(lambda: kaggle.asked and bytes_here() == 0 and download.look().total, "it began", 60)
    download.stop()
    now = ended(download)
    assert now.failed and now.message == STOPPED and not is_here()
    kaggle.trickle = 0.0
    download.start()
    assert not ended(download).failed and is_here()


def test_it_does_not_take_longer_than_it_may(kaggle: Kaggle, capsys):
    kaggle.trickle = 0.05
    began = time.monotonic()
    assert fetch(["--seconds", "1"]) == 1
    told = capsys.readouterr().err
    assert "error: The download took more than 1 s and was ended. What came so far is kept" in told
    assert not is_here() and time.monotonic() - began < 120
    wait_for(lambda: not is_locked(kaggle_folder() / "download.lock"), "its process is gone")
    kaggle.trickle = 0.0
    assert fetch([]) == 0
    assert f"The article's photos are here: {article_folder()}" in capsys.readouterr().out
    kaggle.status = 503
    assert fetch([]) == 0  # nothing is asked any more


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_killed_one_leaves_nothing_that_looks_finished_and_the_next_goes_on(
    kaggle: Kaggle, monkeypatch
):
    processes = []
    start = article_download.start_process

    def noted(*arguments):
        processes.append(start(*arguments))
        return processes[-1]

    monkeypatch.setattr(article_download, "start_process", noted)
    monkeypatch.setattr(article_download, "STARTING_SECONDS", 0.0)
    kaggle.content = bytes(3 * 2**20) + kaggle.content  # a zip may begin with something else
    kaggle.pause_after = 2 * 2**20 + 5
    download = ArticleDownload()
    download.start()
    wait_for(lambda: bytes_here() >= 2**20, "a part is here", 120)
    os.kill(processes[0].pid, signal.SIGKILL)
    processes[0].wait(60)
    now = download.look()
    assert now.failed and now.message == BROKE_OFF and not is_here()
    before = bytes_here()
    kaggle.pause_after = None
    download.start()
    wait_for(is_here, "the next one ends", 120)
    assert f"bytes={before}-" in [ranged for _, ranged in kaggle.asked]
    assert len(whole(article_folder())) == 18


def test_what_goes_wrong_is_written_down_for_the_page(kaggle: Kaggle, capsys):
    kaggle.status = 403
    folder = kaggle_folder()
    folder.mkdir(parents=True)
    write_json(folder / "download.json", {"begun": time.time(), "running": True})
    assert main([str(folder)]) == 1
    now = ArticleDownload().look()
    assert now.failed and now.message.startswith("Kaggle refuses to hand the set out")
    assert now.message in capsys.readouterr().err
    kaggle.status = 200
    write_json(folder / "download.json", {"begun": time.time(), "running": True})
    assert main([str(folder)]) == 0
    assert is_here() and not read_json(folder / "download.json")["running"]


def test_a_file_that_somebody_edited_is_as_none(kaggle: Kaggle):
    kaggle_folder().mkdir(parents=True)
    for text in ("", "[]", '{"done": -1}', '{"message": 3}', '{"running": "yes"}'):
        (kaggle_folder() / "download.json").write_text(text)
        assert ArticleDownload().look() == article_download.Downloaded()


def test_a_training_brings_the_photos_first_and_says_what_stands_in_the_way(
    kaggle: Kaggle, no_likeness, capsys
):
    kaggle.status = 503
    assert train(["--data", ARTICLE_SET, *SMALL, "--epochs", "1"]) == 2
    told = capsys.readouterr()
    assert "The article's photos come from https://www.kaggle.com/datasets/" in told.out
    assert "error: Kaggle answered with an error of its own (503)" in told.err
    assert list_runs() == []
    kaggle.status = 200
    assert train(["--data", ARTICLE_SET, *SMALL, "--epochs", "1"]) == 0
    (run,) = list_runs()
    assert run.config.data == ARTICLE_SET and "photos of cat-and-dog" in run.name
