"""kill -9 before every file operation of a save: what was there stays, or the new one is whole."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from core.runs.checkpoints import Checkpoints, Position
from core.runs.event_log import EventLog, EventLogWriter
from core.training.events import BatchDone

WEIGHTS = {"0.weight": np.arange(600, dtype=np.float32)}
OPERATIONS = {"open", "os.rename", "os.remove", "os.mkdir", "os.truncate"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no SIGKILL")


def save(folder: Path, epoch: int) -> None:
    facts = {"state": {"epoch": epoch}}
    memory = {"0.exp_avg": np.full(600, epoch, np.float32)}
    Checkpoints(folder).save(Position(epoch, 3 if epoch == 2 else 0), weights(epoch), memory, facts)


def weights(epoch: int) -> dict[str, np.ndarray]:
    return {name: array + epoch for name, array in WEIGHTS.items()}


def save_and_be_killed(folder: Path, epoch: int, operation: int) -> None:
    """Save a checkpoint, and die right before the file operation of that number."""
    left = operation

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in OPERATIONS and str(folder) in str(arguments[0]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    save(folder, epoch)


def test_a_save_killed_before_any_of_its_file_operations_leaves_whole_checkpoints(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["core.runs.checkpoints"])
    newest, killed = set(), 0
    for operation in range(100):
        folder = tmp_path / str(operation)
        for epoch in (1, 2):  # the second one in the middle of an epoch: it goes when another comes
            save(folder, epoch)
        process = context.Process(target=save_and_be_killed, args=(folder, 3, operation))
        process.start()
        process.join()
        checkpoints = Checkpoints(folder)
        for position in checkpoints.positions():
            loaded = checkpoints.load(position)
            epoch = loaded.facts["state"]["epoch"]
            np.testing.assert_array_equal(loaded.weights["0.weight"], weights(epoch)["0.weight"])
        found = checkpoints.newest()
        assert found is not None and found.optimizer
        newest.add(found.position)
        checkpoints.remove_unfinished()
        kept = {path.name.split(".")[0] for path in folder.iterdir()}
        assert kept == {position.name for position in checkpoints.positions()}
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        killed += 1
    assert killed >= 12  # three files, each opened, renamed and tidied up after
    assert newest == {Position(2, 3), Position(3)}


def write_lines_forever(path: Path) -> None:
    writer = EventLogWriter(path)
    for step in range(1, 10**9):
        writer.add(BatchDone(1, step, 10**9, 0.5, 0.75, 5e-4, 16, 100.0, 9.5))
        writer.flush()


def test_a_log_whose_writer_is_killed_again_and_again_has_one_history(tmp_path):
    context = multiprocessing.get_context("forkserver")
    path = tmp_path / "events.jsonl"
    reader, seen = EventLog(path), 0
    for _ in range(3):
        process = context.Process(target=write_lines_forever, args=(path,))
        process.start()
        while len(reader.events()) < seen + 20:
            assert process.is_alive()
        process.kill()
        process.join()
        seen = len(reader.events())
    fresh = EventLog(path)
    assert fresh.events() == reader.events()
    steps = [event.step for event in fresh.events() if isinstance(event, BatchDone)]
    assert steps.count(1) == 3 and len(steps) == seen
