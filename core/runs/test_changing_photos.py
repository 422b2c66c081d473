"""Photos that vanish or change while they are loaded, between two workers, or in a training."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from core.changes import Changes, Choice
from core.config import TrainConfig
from core.conftest import TINY, same_weights
from core.data import DataRequest, load_data
from core.data.change_list import ChangeList
from core.data.drawn import draw_pet
from core.errors import DataError
from core.folders import cache_folder
from core.runs.listing import create_run
from core.runs.naming import in_words
from core.runs.run import Run
from core.runs.status import State
from core.runs.worker import Worker
from core.training.events import BatchDone, Begun

pytestmark = pytest.mark.usefixtures("runs_folder", "no_likeness")


@pytest.fixture
def photos(tmp_path) -> Path:
    """Draw 20 training and 4 test photos of each class."""
    for split, count in (("training_set", 20), ("test_set", 4)):
        for kind in ("cat", "dog"):
            folder = tmp_path / "photos" / split / f"{kind}s"
            folder.mkdir(parents=True)
            for number in range(count):
                picture = Image.fromarray(draw_pet(kind, 24, len(split), number))
                picture.save(folder / f"{kind}.{number:02d}.png")
    return tmp_path / "photos"


def config(photos: Path) -> TrainConfig:
    return TrainConfig(str(photos), TINY, image_size=16, epochs=2, batch_size=8)


def stop_in_the_middle(run: Run) -> None:
    worker = Worker(run)
    for event in worker.events():
        if isinstance(event, BatchDone) and (event.epoch, event.step) == (1, 2):
            worker.ask_to_stop()
    assert run.status().state is State.STOPPED


def go_on(run: Run) -> str:
    """Train to the end; return the note of its beginning."""
    begun, *_ = events = list(Worker(Run(run.path)).events())
    assert isinstance(begun, Begun) and run.status().state is State.FINISHED, events
    return begun.note


def test_photos_that_vanish_while_they_are_loaded_are_left_out_with_a_reason(photos):
    gone = photos / "test_set" / "cats" / "cat.03.png"  # which is read last

    def vanish(done: int, total: int) -> None:
        gone.unlink(missing_ok=True)

    request = DataRequest(str(photos), 16)
    data = load_data(request, vanish)
    assert len(data.test) == 7
    assert [(each.file, each.code) for each in data.report.left_out] == [
        ("test_set/cats/cat.03.png", "not_image")
    ]
    assert "cannot be opened: no such file" in data.report.left_out[0].sentence
    assert load_data(request).report.left_out == ()  # the next look does not find it at all


def test_photos_that_change_while_they_are_loaded_are_loaded_anew_the_next_time(photos):
    changing = photos / "test_set" / "cats" / "cat.03.png"

    def change(done: int, total: int) -> None:
        Image.new("RGB", (24, 24), "red").save(changing)

    request = DataRequest(str(photos), 16)
    load_data(request, change)
    again = load_data(request)
    place = again.test.names.index("test_set/cats/cat.03.png")
    assert (again.test.pixels[place] == (255, 0, 0)).all()


def test_a_folder_that_is_gone_stops_the_run_in_a_sentence_until_it_is_back(photos):
    run, whole = create_run(config(photos)), create_run(config(photos))
    list(Worker(whole).events())
    stop_in_the_middle(run)
    away = photos.rename(photos.with_name("away"))
    with pytest.raises(DataError):
        list(Worker(Run(run.path)).events())
    status = run.status()
    assert status.state is State.FAILED and status.resumable
    assert status.message.startswith(f"There is no folder or zip {photos};")
    away.rename(photos)
    assert go_on(run) == ""
    same_weights(run, whole)


@pytest.mark.parametrize("change", ["one is gone", "one is another", "none"])
def test_a_run_that_goes_on_with_other_photos_says_so(photos, change):
    run = create_run(config(photos))
    stop_in_the_middle(run)
    photo = photos / "training_set" / "cats" / "cat.03.png"
    if change == "one is gone":
        photo.unlink()
    elif change == "one is another":
        Image.new("RGB", (24, 24), "red").save(photo)
    else:
        photo.touch()
    expected = "" if change == "none" else "The data has changed since this run was begun."
    assert go_on(run) == expected


def test_a_run_needs_neither_its_photos_nor_the_cache_once_they_are_loaded(photos):
    run, whole = create_run(config(photos)), create_run(config(photos))
    list(Worker(whole).events())
    for event in Worker(run).events():
        if isinstance(event, Begun):
            shutil.rmtree(photos)
            shutil.rmtree(cache_folder())
    assert run.log.batch_losses().losses.tolist() == whole.log.batch_losses().losses.tolist()


LEFT_OUT = ("training_set/cats/cat.02.png", "test_set/dogs/dog.01.png")
TURNED = ("training_set/dogs/dog.05.png",)


def changed_config(photos: Path) -> TrainConfig:
    return config(photos).replace(left_out=LEFT_OUT, turned_over=TURNED)


def test_a_run_goes_on_with_the_list_it_began_with_bit_for_bit(photos):
    run, whole = create_run(changed_config(photos)), create_run(changed_config(photos))
    list(Worker(whole).events())
    stop_in_the_middle(run)
    kept = ChangeList(str(photos))
    kept.choose(*LEFT_OUT, "training_set/cats/cat.07.png", choice=Choice.TURN_OVER)
    assert go_on(run) == ""
    same_weights(run, whole)
    assert run.record["photos"] == {"train": 39, "test": 7}
    assert Run(run.path).config.changes == Changes(LEFT_OUT, TURNED)
    assert in_words(run.config, "left_out") == "2 photos left out"
    assert in_words(run.config, "turned_over") == "1 label turned over"


def test_what_is_left_out_is_neither_trained_nor_tested_on(photos):
    run, other = create_run(changed_config(photos)), create_run(config(photos))
    for each in (run, other):
        list(Worker(each).events())
    tested = dict(zip(run.test_predictions().names, run.test_predictions().labels, strict=True))
    assert len(tested) == 7 and not set(LEFT_OUT) & set(tested)
    assert len(other.test_predictions().names) == 8
    assert run.record["data"] != other.record["data"]
