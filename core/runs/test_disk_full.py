"""A disk that is full at any moment of a training: nothing saved is lost, and it can go on."""

import shutil

import pytest

from core.config import TrainConfig
from core.conftest import TINY, launch_nothing, same_weights, small_data
from core.errors import WriteError
from core.runs.commands import Action
from core.runs.event_log import EventLog, EventLogWriter
from core.runs.listing import create_run, list_runs
from core.runs.run import Run
from core.runs.status import State, Status
from core.runs.worker import Worker
from core.runs.worker_pool import WorkerPool
from core.training.events import BatchDone, Begun

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=2, batch_size=8)

pytestmark = pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness")


def train_here(run: Run) -> None:
    list(Worker(run).events())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Train the uninterrupted run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(tmp_path_factory.mktemp("whole")))
        patch.setattr("core.data.load_data", lambda request, progress=None: small_data())
        patch.setattr("core.runs.worker.add_likeness", lambda *_: None)
        run = create_run(CONFIG)
        train_here(run)
    return run


def same(run: Run, whole: Run) -> None:
    """Both have the same history and, bit for bit, the same weights."""
    assert run.status().state is State.FINISHED
    losses = whole.log.batch_losses().losses.tolist()
    assert EventLog(run.path / "events.jsonl").batch_losses().losses.tolist() == losses
    same_weights(run, whole)


def is_whole(run: Run) -> None:
    """Everything that can be read verifies, and nothing half written lies about."""
    for position in run.checkpoints.positions():
        run.checkpoints.load(position)
    log = run.path / "events.jsonl"
    assert not log.exists() or log.read_bytes().endswith(b"\n") or not log.read_bytes()
    assert not list(run.path.rglob("*.tmp"))


@pytest.mark.parametrize("share", [0.001, 0.03, 0.25, 0.45, 0.52, 0.7, 0.97, 0.9999])
def test_a_disk_that_is_full_at_any_moment_costs_only_what_was_not_saved(share, small_disk, whole):
    everything = sum(file.stat().st_size for file in whole.path.rglob("*") if file.is_file())
    run = create_run(CONFIG)
    small_disk.room, small_disk.taken = share * everything, 0
    with pytest.raises(WriteError, match="The disk is full"):
        train_here(run)
    is_whole(run)
    status = run.status()
    assert status.resumable
    if status.state is State.FAILED:
        assert "The disk is full, so " in status.message and str(run.path) in status.message
    small_disk.room = float("inf")
    begun = next(events := Worker(Run(run.path)).events())
    saved = run.checkpoints.positions()
    assert isinstance(begun, Begun)
    assert (begun.epoch, begun.step) == ((saved[-1].epoch, saved[-1].step) if saved else (0, 0))
    for _ in events:
        pass
    same(run, whole)


def test_a_real_disk_that_is_full_says_so_and_with_room_the_training_goes_on(tiny_disk, whole):
    run = create_run(CONFIG, path=tiny_disk / "run")
    ballast = tiny_disk / "ballast"
    room = shutil.disk_usage(tiny_disk).free
    checkpoint = sum(file.stat().st_size for file in whole.checkpoints.folder.glob("epoch-0001*"))
    ballast.write_bytes(bytes(max(0, room - checkpoint - 16_384)))
    with pytest.raises(WriteError, match="The disk is full"):
        train_here(run)
    is_whole(run)
    status = run.status()
    assert status.resumable
    assert "disk" in status.message and "full" in status.message
    assert [each.path for each in list_runs(tiny_disk)] == [run.path]
    ballast.unlink()
    train_here(run)
    same(run, whole)


def test_a_training_whose_last_word_found_no_room_is_told_from_one_that_was_killed(monkeypatch):
    run = create_run(CONFIG)
    run.write_status(Status(State.TRAINING, epoch=1, epochs=2))
    assert "full" not in run.status().message
    monkeypatch.setattr("core.runs.run.free_bytes", lambda path: 1000)
    status = run.status()
    assert status.state is State.INTERRUPTED and status.resumable
    assert "the disk that holds it is full" in status.message


def test_a_log_keeps_the_lines_that_went_in_whole(tmp_path, small_disk):
    path = tmp_path / "events.jsonl"
    events = [BatchDone(1, step, 9, 0.5, 0.75, 5e-4, 16, 100.0, 9.5) for step in range(1, 7)]
    writer, reader = EventLogWriter(path), EventLog(path)
    writer.flushed_at = float("inf")  # batches wait
    for event in events[:5]:
        writer.add(event)
    line = len("".join(writer.waiting)) // 5
    small_disk.room = 2.5 * line
    with pytest.raises(OSError):
        writer.flush()
    assert reader.events() == events[:2]
    assert path.stat().st_size == 2 * line
    with pytest.raises(OSError):
        writer.close()
    assert writer.file.closed
    small_disk.room = float("inf")
    again = EventLogWriter(path)
    again.add(events[5])
    again.close()
    assert reader.events() == EventLog(path).events() == [*events[:2], events[5]]


def test_lines_that_found_no_room_are_written_once_there_is_some(tmp_path, small_disk):
    path = tmp_path / "events.jsonl"
    events = [BatchDone(1, step, 9, 0.5, 0.75, 5e-4, 16, 100.0, 9.5) for step in range(1, 4)]
    writer = EventLogWriter(path)
    writer.flushed_at = float("inf")
    for event in events:
        writer.add(event)
    small_disk.room = 10
    with pytest.raises(OSError):
        writer.flush()
    small_disk.room = float("inf")
    writer.close()
    assert EventLog(path).events() == events


def test_what_a_page_writes_into_a_full_disk_is_a_sentence(small_disk, monkeypatch):
    monkeypatch.setattr("core.runs.worker_pool.launch", launch_nothing)
    run = create_run(CONFIG, "before")
    running = create_run(CONFIG)
    WorkerPool().start(running)
    small_disk.room = small_disk.taken
    for attempt in (
        lambda: create_run(CONFIG),
        lambda: run.rename("after"),
        lambda: run.extend(9),
        lambda: run.checkpoints.set_budget(2**30),
        lambda: running.send(Action.STOP),
        lambda: WorkerPool().start(run),
    ):
        with pytest.raises(WriteError, match=r"^The disk is full, so .* could not be written\."):
            attempt()
    assert run.name == "before" and Run(run.path).config.epochs == 2
    assert run.status().message == "Not started yet."
    assert len(list_runs()) == 2  # a run that could not be made has left no folder
