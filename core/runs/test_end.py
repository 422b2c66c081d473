"""A worker that could say no last word: what its exit code says, said in words."""

import os
import signal
import subprocess
import sys

import pytest

from core.config import TrainConfig
from core.conftest import TINY, wait_for
from core.runs.end import how_it_ended, note_end
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.status import State
from core.runs.worker import Worker
from core.runs.worker_pool import WorkerPool

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=2, batch_size=8)

pytestmark = [
    pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness"),
    pytest.mark.skipif(sys.platform == "win32", reason="it has no such signals"),
]


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (
            "os.kill(os.getpid(), 9)",
            "The system ended the training (signal 9, SIGKILL), as it does",
        ),
        ("os.kill(os.getpid(), 11)", "was ended by signal 11 (SIGSEGV)"),
        ("sys.exit(3)", "ended with exit code 3, without a word of its own"),
    ],
)
def test_the_end_of_a_worker_is_told_in_words_until_the_next_one_begins(end, words, monkeypatch):
    def launch(arguments, log):
        code = f"import os, sys; {end}"
        return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)

    monkeypatch.setattr("core.runs.worker_pool.launch", launch)
    monkeypatch.setattr("core.runs.run.STARTING_SECONDS", 0.0)
    run = create_run(CONFIG)
    WorkerPool().start(run)
    wait_for(lambda: words in Run(run.path).status().message, words)
    status = run.status()
    assert status.state is State.INTERRUPTED and status.resumable
    assert status.message.endswith("It can go on from its newest checkpoint.")
    list(Worker(run).events())
    assert run.status().state is State.FINISHED and how_it_ended(run.path) == ""


def test_a_worker_that_said_its_last_word_is_not_spoken_for(monkeypatch):
    def launch(arguments, log):
        list(Worker(Run(run.path)).events())
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])

    monkeypatch.setattr("core.runs.worker_pool.launch", launch)
    run = create_run(CONFIG)
    WorkerPool().start(run)
    assert run.status().state is State.FINISHED
    assert how_it_ended(run.path) == ""


@pytest.mark.parametrize("content", ["{", "[]", '{"code": "9"}', '{"code": true}', "{}"])
def test_an_end_that_cannot_be_read_is_not_told(tmp_path, content):
    (tmp_path / "end.json").write_text(content)
    assert how_it_ended(tmp_path) == ""
    note_end(tmp_path, -64)
    assert "signal 64 (" in how_it_ended(tmp_path)
    note_end(tmp_path / "gone", 1)
    assert not (tmp_path / "gone").exists()
    assert signal.SIGKILL == 9 and os.name == "posix"
