import numpy as np
import pytest
from PIL import Image

from core.changes import Changes, Choice
from core.data import DataRequest
from core.review.conftest import scene
from core.review.findings import Alike, FoundPhoto, Likeness, said, spare_photos
from core.review.thumbnails import thumbnails


def test_thumbnails_have_the_photos_proportions_and_labels_as_found(source):
    scene(50, 200, 50).save(source / "train/cats/wide.jpg")
    scene(51, 50, 100).save(source / "test/dogs/high.jpg")
    (source / "train/cats/broken.jpg").write_bytes(b"no photo")
    names = ("train/cats/wide.jpg", "test/dogs/high.jpg", "train/cats/broken.jpg", "gone.jpg")
    request = DataRequest(str(source), turned_over=names[:1], left_out=names[1:2])
    found = thumbnails(request, names, 40)
    assert {name: each.pixels.shape for name, each in found.items()} == {
        names[0]: (10, 40, 3),
        names[1]: (40, 20, 3),
    }
    assert found[names[0]].photo == FoundPhoto(names[0], "train", 1, 200, 50)
    assert found[names[1]].photo == FoundPhoto(names[1], "test", 0, 50, 100)


def test_thumbnails_show_the_photo(source):
    Image.new("RGB", (60, 30), (200, 10, 30)).save(source / "train/cats/red.png")
    pixels = thumbnails(DataRequest(str(source)), ["train/cats/red.png"], 24)
    assert (pixels["train/cats/red.png"].pixels == np.array([200, 10, 30])).all()


def photo(name: str, label: int = 0) -> FoundPhoto:
    return FoundPhoto(name, "train", label, 9, 9)


@pytest.mark.parametrize(
    ("left_out", "spare"),
    [((), ["b", "c", "e"]), (("a",), ["c", "e"]), (("b", "c"), ["e"]), (("a", "b", "e"), [])],
)
def test_all_but_one_of_each_group_can_be_spared(left_out, spare):
    groups = [
        Alike(Likeness.FILE, (photo("a"), photo("b"), photo("c"))),
        Alike(Likeness.NEAR, (photo("d"), photo("e"))),
        Alike(Likeness.NEAR, (photo("f"), photo("g", 1))),
    ]
    assert spare_photos(groups, Changes(left_out)) == spare


def test_choices_are_said_as_what_the_photo_then_is():
    words = [said(choice, photo("a"), ("ant", "dog")) for choice in Choice]
    assert words == ["an ant", "leave out", "a dog"]
