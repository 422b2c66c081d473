"""Looks in a process of their own: begun, followed, kept, and what goes wrong with them."""

import json
import shutil

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from core.config import TrainConfig
from core.conftest import JSON, TINY, examples, wait_for
from core.data import DataRequest
from core.errors import DataError, StoppedError
from core.review.findings import Doubts, Findings
from core.review.look import SHIPPED, Look, Progress, main
from core.runs.listing import create_run
from core.runs.worker import Worker


def performed(look: Look) -> Look:
    look.folder.mkdir(parents=True)
    look.write(Progress())
    look.perform()
    return look


def test_a_process_looks_and_what_it_found_is_kept(source):
    shutil.copy(source / "train/cats/2.jpg", source / "train/dogs/both.jpg")
    look = Look(DataRequest(str(source)))
    assert look.progress() is None and look.findings() is None
    look.start()
    progress = look.progress()
    assert progress is not None and not progress.ended
    wait_for(lambda: look.progress() == Progress(ended=True), "the look ends", 120)
    again = Look(DataRequest(str(source), image_size=32, left_out=("train/dogs/both.jpg",)))
    found = look.findings()
    assert found is not None and again.findings() == found and again.doubts() is None
    assert [each.words for each in found.alike] == ["The same file, twice, with both labels."]


@pytest.mark.usefixtures("no_likeness")
def test_other_photos_and_other_weights_are_other_looks(source):
    run = create_run(TrainConfig(str(source), TINY, image_size=16, epochs=1, batch_size=8))
    request = DataRequest(str(source))
    untrained = Look(request, str(run.path)).folder
    list(Worker(run).events())
    looks = [
        untrained,
        Look(request, str(run.path)).folder,
        Look(request, SHIPPED).folder,
        Look(request).folder,
        Look(DataRequest(str(source), train_per_class=3)).folder,
    ]
    assert len(set(looks)) == 5


@pytest.mark.usefixtures("no_likeness")
def test_a_runs_network_is_asked_about_every_photo(source):
    run = create_run(TrainConfig(str(source), TINY, image_size=16, epochs=1, batch_size=8))
    list(Worker(run).events())
    doubts = performed(Look(DataRequest(str(source)), str(run.path))).doubts()
    assert doubts == Doubts(("dog", "cat"), 24, run.name, doubts.photos if doubts else ())


def test_the_shipped_network_is_asked_too(source):
    look = performed(Look(DataRequest(str(source)), SHIPPED))
    doubts = look.doubts()
    assert doubts and doubts.looked == 24 and look.findings() is None


def test_what_goes_wrong_is_told_in_a_sentence_and_can_be_tried_again(source):
    look = Look(DataRequest(str(source)))
    away = source.rename(source.with_name("away"))
    look.folder.mkdir(parents=True)
    with pytest.raises(DataError):
        look.perform()
    progress = look.progress()
    assert progress and progress.ended and "There is no folder or zip" in progress.problem
    assert look.findings() is None
    away.rename(source)
    look.perform()
    assert look.progress() == Progress(ended=True)
    assert look.findings() == Findings(("dog", "cat"), 24)


def test_a_process_that_was_killed_is_told(source):
    look = Look(DataRequest(str(source)))
    look.folder.mkdir(parents=True)
    look.write(Progress(5, 24))
    assert look.progress() == Progress(
        5, 24, ended=True, problem="The look was cut off: look again."
    )


def test_a_look_that_is_stopped_keeps_nothing_and_can_be_begun_again(source, monkeypatch):
    look = Look(DataRequest(str(source)))
    look.folder.mkdir(parents=True)
    look.write(Progress())
    written = look.write

    def write_and_stop(progress: Progress) -> None:
        written(progress)
        look.stop()

    monkeypatch.setattr(look, "write", write_and_stop)
    monkeypatch.setattr("core.review.look.WRITE_SECONDS", 0.0)
    with pytest.raises(StoppedError):
        look.perform()
    assert look.progress() is None and look.findings() is None
    monkeypatch.setattr(look, "write", written)
    with FileLock(look.folder / "lock"):  # its process has not ended yet
        assert look.progress() is None
        look.start()
        assert look.progress() == Progress()


def test_the_process_says_what_it_cannot_do(source, tmp_path, capsys):
    assert main([]) == 2
    assert main([str(tmp_path / "none")]) == 1
    assert "error: " in capsys.readouterr().err


PHOTO = st.fixed_dictionaries(
    {
        "name": st.text(),
        "split": st.sampled_from(["train", "test", "other"]),
        "label": st.integers(0, 2),
        "width": st.integers(0, 9),
        "height": st.just(9) | JSON,
    }
)
LIKENESS = st.just("the same file") | JSON
ALIKE = st.fixed_dictionaries({"likeness": LIKENESS, "photos": st.lists(PHOTO, max_size=3) | JSON})
ODD = st.fixed_dictionaries({"photo": PHOTO, "why": JSON})
DOUBT = st.fixed_dictionaries({"photo": PHOTO, "certain": JSON})
FOUND = st.fixed_dictionaries(
    {
        "classes": st.just(["a", "b"]) | JSON,
        "looked": st.just(3) | JSON,
        "alike": st.lists(ALIKE, max_size=3) | JSON,
        "odd": st.lists(ODD, max_size=3) | JSON,
    },
    optional={"photos": st.lists(DOUBT, max_size=3) | JSON, "network": st.text()},
)


@pytest.mark.parsers
@examples(300)
@given(found=FOUND | JSON)
def test_whatever_lies_there_is_read_or_is_nothing(found, runs_folder):
    look = Look(DataRequest(str(runs_folder)))
    look.folder.mkdir(parents=True, exist_ok=True)
    (look.folder / "found.json").write_text(json.dumps({"ended": True, "found": found}))
    findings, doubts = look.findings(), look.doubts()
    assert findings is None or isinstance(findings, Findings)
    assert doubts is None or isinstance(doubts, Doubts)
    for alike in findings.alike if findings else ():
        assert alike.words and alike.rank
