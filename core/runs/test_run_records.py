"""Whatever the small files of a run hold, each is read as what it is or refused in a sentence."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import TrainConfig
from core.conftest import JSON, TINY, change_json, examples
from core.errors import RunError
from core.runs.commands import CommandFolder
from core.runs.listing import create_run, list_runs, names_of, unreadable_runs
from core.runs.run import Run
from core.runs.run_record import FORMAT
from core.runs.status import State
from core.runs.test_damaged_runs import assert_sentence

pytestmark = [pytest.mark.usefixtures("runs_folder"), pytest.mark.parsers]

RECORD = {
    "format": FORMAT,
    "config": TrainConfig(model=TINY, image_size=16).to_dict(),
    "source": "drawn",
    "created": "2026-01-02T03:04:05.678901+01:00",
    "versions": {"python": "3.12"},
    "classes": ["dog", "cat"],
    "photos": {"train": 40, "test": 8},
    "data": "0f0f0f0f",
    "threads": 2,
    "processes": 1,
    "numbers": {"dtype": "float32", "why": "In float32."},
    "device": {"name": "cpu", "why": "On the processor."},
}
STATUS = {"state": "training", "message": "", "epoch": 1, "epochs": 2, "progress": 0.25}
CHANCE = st.integers(0, 2**32).map(random.Random)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@examples(300)
@given(JSON, JSON, CHANCE)
def test_a_record_is_a_run_or_a_sentence(folder, new, newer, chance):
    record = change_json(change_json(RECORD, new, chance), newer, chance)
    (folder / "config.json").write_text(json.dumps(record), errors="surrogatepass")
    (folder / "name.json").unlink(missing_ok=True)
    refused = None
    try:
        run = Run(folder)
    except RunError as error:
        refused = error
    if refused:
        assert_sentence(str(refused))
        return
    assert isinstance(run.name, str) and isinstance(names_of([run])[run.id], str)
    assert run.classes is None or all(isinstance(name, str) for name in run.classes)
    assert run.status().epochs == run.config.epochs or (folder / "status.json").exists()


@examples(200)
@given(JSON, JSON, CHANCE)
def test_a_status_is_read_or_said_to_be_unreadable(folder, new, name, chance):
    (folder / "config.json").write_text(json.dumps(RECORD))
    status = change_json(STATUS, new, chance)
    for file, value in (("status.json", status), ("name.json", {"name": name}), ("end.json", new)):
        (folder / file).write_text(json.dumps(value), errors="surrogatepass")
    found = Run(folder).status()
    assert found.state in State and 0 <= found.progress <= 1
    assert found.epoch >= 0 and found.step >= 0
    assert isinstance(found.message, str) and isinstance(Run(folder).name, str)


@examples(200)
@given(JSON, CHANCE)
def test_a_command_is_obeyed_or_left_out(tmp_path, new, chance):
    folder = CommandFolder(tmp_path / "control")
    folder.folder.mkdir(exist_ok=True)
    values = change_json({"name": "learning_rate", "value": 0.1}, new, chance)
    (folder.folder / "0001.json").write_text(json.dumps(values), errors="surrogatepass")
    taken = folder.take()
    assert folder.waiting() == [] and len(taken) <= 1
    assert all(command.value is None or isinstance(command.value, float) for command in taken)


def test_a_run_of_a_newer_version_is_shown_with_its_reason_and_refused():
    run = create_run(TrainConfig(model=TINY, image_size=16), "of tomorrow")
    (run.path / "config.json").write_text(json.dumps(run.record | {"format": FORMAT + 1}))
    assert list_runs() == []
    (reason,) = unreadable_runs().values()
    assert reason == (
        f"The run {run.id} must have a format of {FORMAT} or less, not {FORMAT + 1}: a newer "
        "version of this program has made it."
    )
    before = (run.path / "config.json").read_bytes()
    with pytest.raises(RunError, match="a newer version"):
        Run(run.path)
    assert (run.path / "config.json").read_bytes() == before
