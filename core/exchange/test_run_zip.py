import io
import json
from zipfile import ZipFile

import numpy as np
import pytest

from core.config import ARTICLE_SET
from core.conftest import same_weights
from core.errors import ExchangeError
from core.exchange.run_files import photos_folder_name, without_places
from core.exchange.run_zip import write_run_zip
from core.exchange.taking_run import take_in_run
from core.runs.checkpoints import Position
from core.runs.listing import create_run, list_runs, open_run
from core.runs.photos_elsewhere import look_for_photos_in, missing_photos
from core.runs.status import State
from core.runs.verdict import verdict_of
from core.runs.worker import Worker


def packed(run, **options) -> io.BytesIO:
    file = io.BytesIO()
    write_run_zip(run, file, **options)
    return file


def test_a_run_arrives_with_all_that_pages_show(trained, elsewhere):
    run = take_in_run(packed(trained))
    assert [each.id for each in list_runs()] == [trained.id] == [run.id]
    assert run.name == "A small one" and run.created == trained.created
    assert run.config == trained.config.replace(data="pets") and run.classes == trained.classes
    assert run.status() == trained.status() and run.status().state is State.FINISHED
    assert run.log.events() == trained.log.events()
    assert verdict_of(run) == verdict_of(trained)
    for epoch in (1, 2):
        theirs, ours = trained.test_predictions(epoch), run.test_predictions(epoch)
        np.testing.assert_array_equal(ours.probabilities, theirs.probabilities)
        assert ours.names == theirs.names
    for name, array in trained.checkpoint().weights.items():
        np.testing.assert_array_equal(run.checkpoint().weights[name], array)
    here, there = run.classifier(), trained.classifier()
    assert here.certainty == there.certainty
    pixels = np.full((16, 16, 3), 90, np.uint8)
    assert here.classify_pixels(pixels).to_dict() == there.classify_pixels(pixels).to_dict()


def test_where_the_photos_lay_is_told_to_nobody(trained):
    content = packed(trained, every_epoch=True)
    with ZipFile(content) as archive:
        texts = [archive.read(name) for name in archive.namelist()]
    assert str(trained.path.parent).encode() not in b"".join(texts)
    assert b"ann-private" not in b"".join(texts)
    assert b"ann-private" in (trained.path / "config.json").read_bytes()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("drawn", "drawn"),
        ("/home/ann/cat-and-dog", "cat-and-dog"),
        ("C:\\Users\\ann\\pets\\", "pets"),
        ("/home/ann/drawn", "drawn-photos"),
        ("~root", "root"),
        ("/data/..", "photos"),
        ("/", "photos"),
    ],
)
def test_a_folder_is_named_without_its_place_and_leads_nowhere_else(data, name):
    assert photos_folder_name(data) == name


def test_it_says_that_its_photos_are_missing_when_it_is_resumed(trained, elsewhere):
    run = take_in_run(packed(trained))
    assert "its photos, 'pets', did not come along" in (missing_photos(run) or "")
    run.extend(3)
    with pytest.raises(ValueError, match="did not come along"):
        list(Worker(run).events())
    assert run.status().state is State.FAILED and "say where" in run.status().message
    assert run.classifier().classes == ("dog", "cat")  # and is still there to be looked at


def test_with_its_photos_it_goes_on_bit_for_bit(trained, elsewhere, tmp_path):
    (tmp_path / "photos-here").mkdir()
    run = take_in_run(packed(trained), str(tmp_path / "photos-here"))
    assert missing_photos(run) is None
    run.extend(3)
    list(Worker(run).events())
    whole = create_run(trained.config.replace(epochs=3), "whole")
    list(Worker(whole).events())
    same_weights(run, whole)


def test_photos_can_be_found_later(trained, elsewhere, tmp_path):
    run = take_in_run(packed(trained))
    with pytest.raises(ValueError, match="There is no folder or zip"):
        look_for_photos_in(run, str(tmp_path / "nowhere"))
    look_for_photos_in(run, f'"{tmp_path}" ')
    assert open_run(run.id).config.data == str(tmp_path) and missing_photos(run) is None


def test_a_name_that_is_taken_gets_a_new_one(trained, elsewhere):
    content = packed(trained)
    first, second = take_in_run(content), take_in_run(content)
    assert first.id == trained.id != second.id
    assert {each.id for each in list_runs()} == {first.id, second.id}


def test_best_and_newest_weights_travel_or_all(trained):
    best = {Position(epoch) for epoch in trained.best_epochs()} | {Position(2)}
    assert set(write_run_zip(trained, io.BytesIO())) == best
    assert write_run_zip(trained, io.BytesIO(), every_epoch=True) == [Position(1), Position(2)]


def test_a_run_that_cannot_travel_says_why(elsewhere, trained):
    run = create_run(trained.config)
    with pytest.raises(ExchangeError, match="no weights yet"):
        write_run_zip(run, io.BytesIO())
    with run.lock(), pytest.raises(ExchangeError, match="being trained: stop it first"):
        write_run_zip(run, io.BytesIO())
    both = create_run(trained.config.replace(engine="both"))
    with pytest.raises(ExchangeError, match="two networks"):
        write_run_zip(both, io.BytesIO())


def test_one_in_training_is_cut_off_when_it_arrives(trained, elsewhere):
    changed = repacked(packed(trained), "status.json", lambda values: values | {"state": "paused"})
    status = take_in_run(changed).status()
    assert status.state is State.INTERRUPTED and status.resumable


def repacked(content: io.BytesIO, name: str, change) -> io.BytesIO:
    """Change the JSON of one file of a zip."""
    out = io.BytesIO()
    with ZipFile(content) as archive, ZipFile(out, "w") as changed:
        for entry in archive.infolist():
            text = archive.read(entry)
            if entry.filename.endswith(name):
                text = json.dumps(change(json.loads(text))).encode()
            changed.writestr(entry.filename, text)
    return out


def test_the_articles_set_has_the_same_name_everywhere():
    assert photos_folder_name(ARTICLE_SET) == ARTICLE_SET
    record = {"source": ARTICLE_SET, "note": f"photos of {ARTICLE_SET}"}
    assert without_places(record, ARTICLE_SET) == record
