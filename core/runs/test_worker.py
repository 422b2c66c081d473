import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import TINY, NoProcess, five_seconds, launch_nothing, wait_for
from core.errors import RunError
from core.folders import ROOT
from core.runs.commands import Action, Command, CommandFolder
from core.runs.event_log import EventLogWriter
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.worker import Worker
from core.runs.worker_pool import WorkerPool, launch
from core.training.events import EpochDone, Event

CONFIG = TrainConfig(
    model=TINY, image_size=16, epochs=1000, batch_size=8, train_per_class=60, test_per_class=9
)

pytestmark = pytest.mark.usefixtures("runs_folder", "no_likeness")


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, even if its new parent has not noticed yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_whoever_reads_of_an_epoch_in_the_log_finds_its_answers(monkeypatch):
    run, found = create_run(CONFIG.replace(epochs=2)), []
    add = EventLogWriter.add

    def watch(self: EventLogWriter, event: Event) -> None:
        if isinstance(event, EpochDone):
            found.append(run.test_predictions(event.epoch).epoch)
        add(self, event)

    monkeypatch.setattr(EventLogWriter, "add", watch)
    list(Worker(run).events())
    assert found == [1, 2]


def test_a_killed_worker_is_noticed_and_its_run_goes_on_bit_for_bit():
    run, whole = create_run(CONFIG), create_run(CONFIG)
    worker = launch([str(run.path)], run.path / "worker.log")
    try:
        wait_for(lambda: run.status().epoch > 1 and run.status().step > 2, "it is in an epoch")
        with pytest.raises(RunError, match="already being trained"):
            WorkerPool().start(run)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
    wait_for(lambda: run.status().state == "interrupted", "the cut is noticed")
    wait_for(lambda: worker.returncode is not None, "no zombie stays")
    last = max(run.checkpoints.epochs()) + 2
    for each in (run, whole):
        for event in (events := Worker(each).events()):
            if isinstance(event, EpochDone) and event.epoch == last:
                events.close()
    assert run.status().state == "stopped"
    assert [done.epoch for done in run.log.epochs()] == list(range(1, last + 1))
    assert run.log.batch_losses().losses.tolist() == whole.log.batch_losses().losses.tolist()
    for name, array in whole.checkpoint(last).weights.items():
        np.testing.assert_array_equal(run.checkpoint(last).weights[name], array)
    for epoch in range(1, last + 1):
        one, other = run.test_predictions(epoch), whole.test_predictions(epoch)
        np.testing.assert_array_equal(one.probabilities, other.probabilities)


SERVER = """
    import sys, time
    from pathlib import Path
    from core.runs.run import Run
    from core.runs.worker_pool import WorkerPool

    pool = WorkerPool(refill_seconds=0)
    pool.warm()
    trainer = pool.spare
    pool.start(Run(Path(sys.argv[1])))
    print(trainer.pid, pool.spare.pid, flush=True)
    time.sleep(600)
"""


def test_a_training_outlives_its_server_a_spare_does_not_and_a_signal_stops_it_cleanly():
    run = create_run(CONFIG)
    server = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SERVER), str(run.path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None
        trainer, spare = map(int, server.stdout.readline().split())
        server.kill()
    try:
        wait_for(lambda: is_gone(spare), "the spare ends with its server")
        wait_for(lambda: run.status().state == "training", "the training goes on")
        assert os.getsid(trainer) == trainer != os.getsid(0)
    finally:
        os.kill(trainer, signal.SIGTERM)
    wait_for(lambda: is_gone(trainer), "the worker ends", five_seconds())
    assert run.status().state == "stopped"
    steps = run.status().steps  # stopped behind the last batch, the epoch may still want its test
    assert run.checkpoint().position.step % steps == run.status().step % steps
    assert (run.path / "worker.log").read_bytes() == b""


def test_a_pool_replaces_a_dead_spare_and_starts_without_one(monkeypatch):
    started = []

    def fake_launch(arguments, log):
        started.append(arguments)
        if arguments:
            return NoProcess()
        first = len(started) == 1  # it dies at once; later ones read to the end, as spares do
        code = "" if first else "import sys; sys.stdin.read()"
        return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)

    monkeypatch.setattr("core.runs.worker_pool.launch", fake_launch)
    pool, run = WorkerPool(), create_run(CONFIG)
    pool.warm()
    pool.warm()
    dead = pool.spare
    assert started == [[]] and dead is not None
    dead.wait()
    pool.start(run)
    assert started == [[], [str(run.path)]]
    assert run.status().state == "starting"
    with pytest.raises(RunError, match="already being trained"):
        pool.start(run)
    assert dead.stdin is not None and dead.stdin.closed
    pool.started_at = -pool.refill_seconds
    pool.warm()
    spare = pool.spare
    assert started[2:] == [[]] and spare is not None
    pool.close()
    assert spare.returncode == 0 and pool.spare is None


def test_a_worker_needs_a_run(tmp_path, capsys):
    from core.runs.worker_process import main

    assert main([str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err
    assert main(["--help"]) == 2 and main(["a", "b"]) == 2
    assert "usage" in capsys.readouterr().err


def test_commands_arrive_once_in_order_and_litter_does_not(tmp_path):
    folder = CommandFolder(tmp_path / "control")
    assert folder.take() == []
    sent = [
        Command(Action.PAUSE),
        Command(Action.LEARNING_RATE, 0.1),
        Command(Action.RESUME),
        Command(Action.STOP),
    ]
    for command in sent:
        folder.send(command)
    litter = {"{": "0", '{"name": "party"}': "1", '{"name": "learning_rate"}': "2", "[]": "3"}
    for content, name in litter.items():
        (folder.folder / f"{name}.json").write_text(content)
    folder.looked_at = -1
    assert folder.take() == sent
    assert list(folder.folder.iterdir()) == []
    folder.send(Command(Action.STOP))
    assert folder.take() == []  # it looked a moment ago
    folder.clear()
    assert folder.waiting() == []


def test_a_killed_training_goes_on_at_once_from_the_command_line():
    from core.train import main

    run = create_run(CONFIG)
    worker = launch([str(run.path)], run.path / "worker.log")
    try:
        wait_for(lambda: run.status().step > 2, "it trains")
    finally:
        os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    shorter = run.record | {"config": CONFIG.replace(epochs=1).to_dict()}
    (run.path / "config.json").write_text(json.dumps(shorter))
    assert main(["--resume", "--run-dir", str(run.path)]) == 0
    assert run.status().state == "finished"


def test_a_command_for_an_earlier_worker_is_not_obeyed_by_the_next(monkeypatch):
    monkeypatch.setattr("core.runs.worker_pool.launch", launch_nothing)
    run = create_run(CONFIG)
    run.commands.send(Command(Action.STOP))
    WorkerPool().start(run)
    assert run.commands.waiting() == []
    run.send(Action.STOP)  # while it starts: for the new worker
    assert len(run.commands.waiting()) == 1
    assert Run(run.path).status().active
