import importlib.util
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from core.changes import Changes, Choice
from core.command_line import run_command
from core.config import RECIPES, USUAL
from core.conftest import five_seconds
from core.data.change_list import ChangeList
from core.folders import ROOT
from core.runs.listing import list_runs
from core.runs.run import Run
from core.runs.verdict import verdict_of
from core.train import main

SMALL = ["--model", "compact", "--image-size", "16", "--batch-size", "8", "--views", "1", "--vary"]

pytestmark = pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness")


def test_a_training_prints_its_events_as_json_and_leaves_a_run(tmp_path, capsys):
    assert main([*SMALL, "--epochs", "2", "--run-dir", str(tmp_path / "run"), "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [event["event"] for event in events]
    epoch = [*["batch"] * 3, "layers", "batch", "batch", "epoch"]
    assert names == ["begun", *epoch * 2, "finished"]
    run = Run(tmp_path / "run")
    assert run.status().state == "finished"
    assert run.log.epochs()[-1].test_accuracy == events[-1]["test_accuracy"]
    assert [event["loss"] for event in events if event["event"] == "batch"] == (
        run.log.batch_losses().losses.tolist()
    )


def test_options_change_the_networks_own_recipe_and_nothing_else(capsys):
    options = "--lr 0.01 --seed 5 --init uniform --optimizer sgd --train-per-class 9 --name Mine"
    assert main([*SMALL, "--epochs", "1", *options.split()]) == 0
    (run,) = list_runs()
    assert run.name == "Mine"
    assert run.config == RECIPES["quick"].replace(
        model="compact",
        image_size=16,
        views=1,
        batch_size=8,
        variations=(),
        epochs=1,
        learning_rate=0.01,
        seed=5,
        init="uniform",
        optimizer="sgd",
        train_per_class=9,
    )
    told = capsys.readouterr().out
    assert "34 photos to train on, 12 to test on: dog and cat" in told
    assert "epoch 1/1  train loss" in told and "Finished in" in told
    *_, verdict, inside = told.rstrip().splitlines()
    assert verdict == verdict_of(run).sentence
    assert inside.startswith("Inside: Nothing is wrong in any layer yet")


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_comes_with_its_network_unless_one_is_named(name, monkeypatch):
    begun: list[Run] = []

    def follow(run: Run, *_: object) -> int:
        begun.append(run)
        return 0

    monkeypatch.setattr("core.train.follow", follow)
    assert main(["--recipe", name, "--epochs", "2"]) == 0
    assert begun[-1].config == RECIPES[name].replace(epochs=2)
    own = ["--network", "conv 8 kernel 3; adaptive avgpool 1; flatten; linear 1; sigmoid"]
    assert main(["--recipe", name, *own]) == 0
    assert begun[-1].config == RECIPES[name].replace(model=begun[-1].config.model)
    assert begun[-1].config.model.startswith("conv 8")
    for arguments, recipe in (([], "article"), (["--model", "article"], "article"), (own, USUAL)):
        assert main(arguments) == 0
        assert begun[-1].config == RECIPES[recipe].replace(model=begun[-1].config.model)
    assert main(["--recipe", name, "--model", "article"]) == 0  # its weights want whole photos
    assert begun[-1].config == RECIPES[name].replace(model="article", window=1.0)


def test_a_device_that_is_missing_is_refused_before_anything_is_made(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("core.training.devices.cuda", lambda: False)
    assert main([*SMALL, "--device", "cuda", "--run-dir", str(tmp_path / "run")]) == 2
    assert "torch finds none on this machine" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_resuming_goes_on_and_says_where(tmp_path, capsys):
    place = ["--run-dir", str(tmp_path / "run")]
    assert main([*SMALL, "--epochs", "1", *place]) == 0
    assert main(["--resume", *place, "--epochs", "3", "--model", "compact"]) == 0
    assert "Going on after 1 epochs and 0 batches." in capsys.readouterr().out
    assert len(Run(tmp_path / "run").log.epochs()) == 3
    assert main(["--resume", *place]) == 0  # nothing is left to do, and that is fine
    assert "missing or damaged" not in capsys.readouterr().out
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    assert main(["--resume", *place]) == 0
    said = "The weights after epoch 3 are missing or damaged: it is trained again from the start."
    assert said in capsys.readouterr().out


def test_the_articles_mistakes_are_made_named_and_kept_on_resuming(tmp_path, capsys):
    place = ["--run-dir", str(tmp_path / "run")]
    wrong = ["--mistake", "shuffle-once", "--mistake", "reshape"]
    assert main([*SMALL, "--epochs", "1", *place, *wrong]) == 0
    assert "mistakes on purpose: pixels reshaped and shuffled once" in capsys.readouterr().out
    assert Run(tmp_path / "run").config.mistakes == ("reshape", "shuffle-once")
    assert main(["--resume", *place, "--epochs", "2", *wrong]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "article", "--image-size", "16"], "Image size must be at least 80"),
        (["--epochs", "0"], "Epochs must be a whole number"),
        (["--data", "no/such/folder"], "no/such/folder; the nearest folder that exists is "),
        (["--network", "nope.txt"], "There is no file nope.txt."),
        (["--run-dir", "{run}"], "is not empty"),
        (["--resume"], "--resume needs --run-dir"),
        (["--resume", "--run-dir", "{run}", "--recipe", "quick"], "leave out --recipe"),
        (["--find-rate", "--resume"], "--resume needs --run-dir"),
        (["--resume", "--run-dir", "{run}", "--batch-size", "9"], "batch_size 8, which cannot"),
        (
            ["--resume", "--run-dir", "{run}", "--mistake", "bgr", "--mistake", "shuffle-once"],
            "mistakes none, which cannot become bgr, shuffle-once now",
        ),
        (
            ["--resume", "--run-dir", "{run}", "--network", "conv 8 kernel 3; flatten; linear 1;"],
            "A network for two classes must end",
        ),
        (
            ["--resume", "--run-dir", "{run}", "--network", "flatten; linear 1; sigmoid"],
            "compact, which cannot become own network of 3 layers now",
        ),
        (["--resume", "--run-dir", "{run}", "--epochs", "1"], "has 2 epochs already"),
        (["--resume", "--run-dir", "nowhere"], "holds no run"),
    ],
)
def test_wrong_use_is_refused_with_one_sentence(tmp_path, capsys, arguments, words):
    run = tmp_path / "run"
    if "{run}" in arguments:
        assert main([*SMALL, "--epochs", "2", "--run-dir", str(run)]) == 0
    capsys.readouterr()
    assert main([argument.format(run=run) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert words in error and error.startswith("error: ") and error.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--model", "resnet"], ["--epochs", "many"], ["--what"]])
def test_wrong_options_exit_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2 and "usage" in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [True, False])
def test_a_training_that_fails_says_so_and_exits_with_1(as_json, capsys, monkeypatch):
    from core.errors import DataError

    def no_photos(*_, **__):
        raise DataError("No photos.")

    monkeypatch.setattr("core.data.load_data", no_photos)
    assert main([*SMALL, *(["--json"] if as_json else [])]) == 1
    told = capsys.readouterr()
    assert '{"event": "failed", "message": "No photos."}' in told.out or not as_json
    assert "error: No photos." in told.err or as_json


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_saves_a_checkpoint_and_ends_with_1_within_five_seconds(number, tmp_path):
    options = [*SMALL, "--epochs", "1000", "--train-per-class", "40", "--test-per-class", "5"]
    process = subprocess.Popen(
        [sys.executable, "-m", "core.train", *options, "--json", "--run-dir", tmp_path / "run"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            if '"batch"' in line:
                break
        process.send_signal(number)
        asked_at = time.monotonic()
        last = json.loads(process.stdout.readlines()[-1])
        assert process.stderr.read() == ""
    assert time.monotonic() - asked_at < five_seconds()
    assert process.returncode == 1 and last["event"] == "stopped"
    run = Run(tmp_path / "run")
    assert run.status().state == "stopped"
    position = run.checkpoint().position
    assert (position.epoch, position.step) == (last["epoch"], last["step"])


def test_a_closed_pipe_and_ctrl_c_end_a_command_without_a_traceback(capsys):
    def interrupted():
        raise KeyboardInterrupt

    assert run_command(interrupted) == 1
    assert capsys.readouterr().err == "Interrupted.\n"
    code = "from core.command_line import run_command; "
    code += "raise SystemExit(run_command(lambda: print('x' * 10**6) or 0))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_the_commands_are_listed():
    done = subprocess.run(
        [sys.executable, "-m", "core"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for line in done.stdout.splitlines()[1:]:
        module = line.split()[2]
        assert importlib.util.find_spec(module) is not None, module
    assert "core.train" in done.stdout and done.stderr == ""


@pytest.mark.usefixtures("runs_folder")
def test_a_learning_rate_is_found_without_training_anything(runs_folder, capsys):
    code = main(["--find-rate", *SMALL, "--train-per-class", "20", "--test-per-class", "4"])
    out = capsys.readouterr().out
    assert "rate 1e-06" in out and ("suggested." in out or "No rate was found" in out)
    assert code == (0 if "leave out --find-rate and add --lr" in out else 1)
    assert list_runs(runs_folder) == []
    assert main(["--find-rate", "--model", "compact", "--image-size", "8"]) == 2
    assert "error: " in capsys.readouterr().err


@pytest.fixture
def photos(tmp_path):
    """Make a folder of which nothing is loaded, and a list of what is changed about it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    ChangeList(str(folder)).choose("cats/1.jpg", "cats/2.jpg", choice=Choice.LEAVE_OUT)
    ChangeList(str(folder)).choose("dogs/3.jpg", choice=Choice.TURN_OVER)
    return folder


def test_the_list_of_a_source_is_taken_and_said_also_when_the_run_goes_on(photos, tmp_path, capsys):
    where = ["--run-dir", str(tmp_path / "run")]
    assert main([*SMALL, "--data", str(photos), "--epochs", "1", *where]) == 0
    words = "By the list of what was changed: 2 photos left out and 1 label turned over"
    assert words in capsys.readouterr().out.splitlines()
    changes = Changes(("cats/1.jpg", "cats/2.jpg"), ("dogs/3.jpg",))
    assert Run(tmp_path / "run").config.changes == changes
    ChangeList(str(photos)).clear()
    assert main(["--resume", "--epochs", "2", *where]) == 0
    assert words in capsys.readouterr().out.splitlines()
    assert Run(tmp_path / "run").config.changes == changes


def test_photos_can_be_used_as_they_were_found(photos, tmp_path, capsys):
    where = ["--run-dir", str(tmp_path / "run"), "--as-found"]
    assert main([*SMALL, "--data", str(photos), "--epochs", "1", *where]) == 0
    assert "changed" not in capsys.readouterr().out
    assert not Run(tmp_path / "run").config.changes


def test_a_damaged_list_begins_no_run(photos, capsys):
    ChangeList(str(photos)).path.write_text("{")
    assert main([*SMALL, "--data", str(photos), "--epochs", "1"]) == 2
    assert "The list of what was changed about" in capsys.readouterr().err
    assert list_runs() == []
