"""How much of what a visitor brings is kept."""

import io

import pytest
from safetensors.numpy import save

from core.config import TrainConfig
from core.data.change_list import ChangeList
from core.data.zips.conftest import make_zip, photos_in
from core.data.zips.uploads import uploads_of
from core.errors import DataError, RunError
from core.runs import bringing
from core.runs.bringing import (
    changing_boxes,
    changing_list,
    check_upload,
    keep_zip,
    make_boxes,
    photos_allowed,
    uploaded_bytes,
)
from core.runs.listing import create_run
from core.visitors import AT_HOME, Visitor, visitor_with

pytestmark = pytest.mark.usefixtures("runs_folder")
ANN, BEN = visitor_with("a" * 64), visitor_with("b" * 64)
ZIPS = [make_zip(photos_in(f"{name}/")) for name in "abc"]


def test_what_is_dropped_counts_for_whoever_dropped_it():
    path = keep_zip("pets.zip", ZIPS[0], ANN)
    assert uploaded_bytes(ANN) == len(ZIPS[0]) and uploaded_bytes(BEN) == 0
    assert keep_zip("same.zip", ZIPS[0], BEN) == path
    assert uploaded_bytes(BEN) == len(ZIPS[0])
    assert sorted(each.name for each in path.parent.iterdir()) == sorted(
        ["pets.zip", f"{ANN.mark}.owner", f"{BEN.mark}.owner"]
    )


@pytest.mark.parametrize("marked", [True, False])
def test_what_was_dropped_at_home_no_visitors_limit_removes(monkeypatch, marked):
    path = keep_zip("own.zip", ZIPS[0], AT_HOME)
    if not marked:  # as versions before kept it
        (path.parent / ".owner").unlink()
    monkeypatch.setattr(bringing, "MOST_BYTES", len(ZIPS[0]) + 10)
    keep_zip("same.zip", ZIPS[0], ANN)
    keep_zip("b.zip", ZIPS[1], ANN)
    assert path.exists() and path not in uploads_of(ANN.mark)


def test_more_than_is_allowed_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(bringing, "MOST_BYTES", len(ZIPS[0]) + 10)
    path = keep_zip("a.zip", ZIPS[0], ANN)
    create_run(TrainConfig(data=str(path)), owner=ANN.mark)
    with pytest.raises(DataError, match="of what you brought are in use here already"):
        keep_zip("b.zip", ZIPS[1], ANN)
    assert list(uploads_of(ANN.mark)) == [path]
    assert keep_zip("b.zip", ZIPS[1], BEN).exists()
    assert keep_zip("c.zip", ZIPS[2], AT_HOME).exists()


def test_zips_that_no_run_needs_make_room_for_new_ones(monkeypatch):
    monkeypatch.setattr(bringing, "MOST_BYTES", len(ZIPS[0]) + 10)
    unneeded, shared = keep_zip("a.zip", ZIPS[0], ANN), keep_zip("b.zip", ZIPS[1], BEN)
    newest = keep_zip("b.zip", ZIPS[1], ANN)
    assert not unneeded.exists() and newest == shared
    keep_zip("c.zip", ZIPS[2], ANN)
    assert shared.exists() and list(uploads_of(BEN.mark)) == [shared]  # the other's still


def test_one_that_is_too_large_alone_removes_nothing(monkeypatch):
    kept = keep_zip("a.zip", ZIPS[0], ANN)
    monkeypatch.setattr(bringing, "MOST_BYTES", len(ZIPS[0]) + 10)
    with pytest.raises(DataError, match="in all are allowed"):
        check_upload(ANN, 10**6)
    assert kept.exists()


def test_a_browser_without_a_key_leaves_nothing_here():
    with pytest.raises(RunError, match="keeps no cookie"):
        keep_zip("pets.zip", ZIPS[0], Visitor())


def test_runs_and_weights_that_were_brought_count_too(monkeypatch):
    from core.exchange.run_zip import write_run_zip
    from core.exchange.taking_run import take_in_run
    from core.exchange.taking_weights import Wanted, keep_weights
    from core.networks.build import build_model
    from core.runs.worker import Worker

    monkeypatch.setattr("core.runs.worker.add_likeness", lambda *_: None)
    small = TrainConfig(
        model="lenet", image_size=32, epochs=1, train_per_class=4, test_per_class=2, batch_size=4
    )
    run, file = create_run(small, owner=ANN.mark), io.BytesIO()
    list(Worker(run).events())
    write_run_zip(run, file)
    assert uploaded_bytes(ANN) == 0  # trained here, not brought
    assert ANN.mark.encode() not in file.getvalue()
    taken = take_in_run(file, owner=BEN.mark)
    assert taken.owner == BEN.mark and uploaded_bytes(BEN) > 10_000
    assert take_in_run(file).owner == ""
    model = build_model("lenet", 32, seed=1).state_dict()
    content = save({name: array.numpy() for name, array in model.items()})
    kept = keep_weights(content, "w.safetensors", Wanted("lenet", 32), owner=ANN.mark)
    assert kept.owner == ANN.mark and uploaded_bytes(ANN) == kept.size
    again = keep_weights(content, "w.safetensors", Wanted("lenet", 32), owner=BEN.mark)
    assert again.owner == ANN.mark  # who brought them first may delete them


def test_a_visit_holds_so_many_photos():
    most = bringing.MOST_PHOTO_BYTES
    assert photos_allowed(ANN, [most - 1, 1, 1]) == 2
    assert photos_allowed(ANN, [most + 1, 1]) == 0 and photos_allowed(ANN, []) == 0
    assert photos_allowed(AT_HOME, [most, most]) == 2


def test_photos_in_boxes_are_whose_browser_made_them():
    boxes = make_boxes("My pets", ("cat", "dog"), ANN)
    assert changing_boxes(boxes, ANN) is boxes and changing_boxes(boxes, AT_HOME) is boxes
    with pytest.raises(DataError, match="My pets are somebody else's"):
        changing_boxes(boxes, BEN)
    (boxes.path / "cat" / "a-0.png").write_bytes(b"0" * 1000)
    assert uploaded_bytes(ANN) >= 1000 and uploaded_bytes(BEN) == 0
    with pytest.raises(RunError, match="keeps no cookie"):
        make_boxes("Nobody's", ("cat", "dog"), Visitor())


def test_what_is_left_out_is_decided_by_whoever_brought_the_photos(tmp_path):
    mine = ChangeList(str(keep_zip("a.zip", ZIPS[0], ANN)))
    boxes = ChangeList(str(make_boxes("My pets", ("cat", "dog"), ANN).path))
    folder = ChangeList(str(tmp_path))
    for kept in (mine, boxes):
        assert changing_list(kept, ANN) is kept and changing_list(kept, AT_HOME) is kept
        with pytest.raises(DataError, match="by whoever brought them"):
            changing_list(kept, BEN)
    assert changing_list(folder, AT_HOME) is folder
    for visitor in (ANN, Visitor()):
        with pytest.raises(DataError, match="or sits at the server"):
            changing_list(folder, visitor)
