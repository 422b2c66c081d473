"""Trainings that ``torchrun`` shares among processes, beside the same in one."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.folders import ROOT
from core.runs.commands import Action
from core.runs.run import Run
from core.runs.worker import Worker
from core.train import main
from core.training.events import Begun
from core.training.team import Processes

NETWORK = (
    "conv 8 kernel 3 padding 1 bias off; batchnorm; relu; dropout 0.3; "
    "conv depthwise kernel 3 bias off; batchnorm; "
    "relu; adaptive avgpool 2; flatten; dropout; linear 1; sigmoid"
)
OPTIONS = [
    *("--network", NETWORK, "--image-size", "32", "--dtype", "float64", "--lr", "0.003"),
    *("--train-per-class", "17", "--test-per-class", "7", "--batch-size", "11"),
    *("--vary", "window", "mirror", "turn", "light", "colour", "grey", "erase", "mix"),
    *("--label-smoothing", "0.05", "--weight-average", "0.9", "--views", "1"),
]

pytestmark = pytest.mark.usefixtures("runs_folder")


@contextlib.contextmanager
def shared(processes: int, *options: str | Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a training in several processes, and end it with the block at the latest."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    process = subprocess.Popen(
        [sys.executable, *launcher, "-m", "core.train", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()  # torchrun ends its processes
        process.communicate()


def weights_after(run: Run, epoch: int) -> dict[str, np.ndarray]:
    return run.checkpoint(epoch).weights


def test_three_processes_take_the_steps_of_one(tmp_path: Path) -> None:
    """34 photos make batches of 11, 11 and 12; the test's 14 are shared out as well."""
    options = [*OPTIONS, "--epochs", "2"]
    assert main([*options, "--run-dir", str(tmp_path / "one")]) == 0
    with shared(3, *options, "--run-dir", tmp_path / "three", "--json") as training:
        out, err = training.communicate()
    assert training.returncode == 0, err
    one, three = Run(tmp_path / "one"), Run(tmp_path / "three")
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events].count("batch") == 2 * 3
    assert [event["photos"] for event in events if event["event"] == "layers"] == [4, 4]
    assert three.status().state == "finished" and three.record["processes"] == 3
    losses, shared_losses = (run.log.batch_losses().losses for run in (one, three))
    np.testing.assert_allclose(shared_losses, losses, rtol=1e-9)
    for epoch in (1, 2):
        wanted, found = weights_after(one, epoch), weights_after(three, epoch)
        assert wanted.keys() == found.keys()
        for name, array in wanted.items():
            np.testing.assert_allclose(found[name], array, rtol=1e-6, atol=1e-9, err_msg=name)
        answers, shared_answers = (run.test_predictions(epoch) for run in (one, three))
        np.testing.assert_allclose(shared_answers.probabilities, answers.probabilities, rtol=1e-5)


def test_a_stop_and_a_death_leave_runs_that_go_on(tmp_path: Path) -> None:
    """Stopped and resumed it is bit for bit the run that a death ended later (float32)."""
    many = [*OPTIONS, "--dtype", "float32", "--epochs", "1000", "--json", "--run-dir"]
    with shared(2, *many, tmp_path / "stopped") as training:
        read_until(training, '"epoch": 2')
        training.send_signal(signal.SIGINT)
        out, _ = training.communicate()
    stopped = Run(tmp_path / "stopped")
    assert stopped.status().state == "stopped" and stopped.status().resumable
    assert json.loads(out.splitlines()[-1])["event"] == "stopped"
    with shared(2, "--resume", "--run-dir", stopped.path, "--json") as training:
        read_until(training, f'"epoch": {stopped.checkpoint().position.epoch + 2}')
        stopped.send(Action.STOP)
        training.communicate()
    assert stopped.status().state == "stopped"

    last = max(stopped.checkpoints.epochs())
    with shared(2, *many, tmp_path / "died") as training:
        read_until(training, f'"event": "epoch", "epoch": {last}')
        _, second = children(training.pid)
        os.kill(second, signal.SIGKILL)
        training.communicate()
    died = Run(tmp_path / "died")
    for name, array in weights_after(died, last).items():
        np.testing.assert_array_equal(weights_after(stopped, last)[name], array)
    status, kept = died.status(), died.checkpoint().position.epoch
    assert status.state == "failed" and status.resumable and "--resume" in status.message
    goes_on = Worker(died).events()
    begun = next(goes_on)
    assert isinstance(begun, Begun) and begun.epoch == kept >= last
    assert begun.note.startswith("2 processes were at work before and 1 now")
    goes_on.close()


def read_until(training: "subprocess.Popen[str]", words: str) -> None:
    """Read what a training prints up to the line with ``words``."""
    assert training.stdout is not None
    for line in training.stdout:
        if words in line:
            return
    assert training.stderr is not None
    pytest.fail(training.stderr.read())


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, oldest first."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--find-rate"], "A learning rate is looked for in one process"),
        (["--engine", "both"], "Only torch shares a training"),
        (["--batch-size", "2"], "Batch size must be at least 3"),
    ],
)
def test_what_cannot_be_shared_is_refused(
    options: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []
    team = Processes(0, 3, None)
    monkeypatch.setattr(team, "share", told.append)
    monkeypatch.setattr("core.train.joined_team", lambda: contextlib.nullcontext(team))
    assert main(["--model", "compact", *options, "--run-dir", str(tmp_path / "run")]) == 2
    assert words in capsys.readouterr().err and not (tmp_path / "run").exists()
    assert told == [None]  # the others need not wait
