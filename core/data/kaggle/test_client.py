"""The real kagglehub against a server of the tests' own."""

import io
import zipfile

import pytest

from core.config import ARTICLE_SET
from core.data import DataRequest, load_data
from core.data.kaggle import client
from core.data.kaggle.article_set import article_folder, is_here, place_of
from core.data.kaggle.client import fetch
from core.data.kaggle.conftest import REAL_CLIENT, Kaggle, archive, whole
from core.data.sources import spoken_source
from core.data.typed_source import typed_source
from core.data.zips.conftest import make_zip, photos_in
from core.errors import DataError
from core.files import UNFINISHED
from core.folders import kaggle_folder

pytestmark = REAL_CLIENT
CHUNK = 2**20
"""kagglehub writes a file in parts of so many bytes; of one that is not whole nothing is kept."""
LAID_OUT = {
    f"{split}/{kind}s/{number}.png"
    for split, count in (("training_set", 6), ("test_set", 3))
    for kind in ("cat", "dog")
    for number in range(count)
}


def unfinished():
    return article_folder().with_name(article_folder().name + UNFINISHED)


def test_the_set_is_asked_for_by_its_version_and_laid_out_as_the_articles(kaggle: Kaggle):
    assert not is_here()
    seen = []
    fetch(lambda *far: seen.append(far))
    (path, body), (store, ranged) = kaggle.asked
    assert path == "http://localhost/api/v1/datasets.DatasetApiService/DownloadDataset"
    for part in ('"ownerSlug": "fusicfenta"', '"datasetSlug": "cat-and-dog"'):
        assert part in body
    assert '"datasetVersionNumber": 1' in body and "signed=yes" in store and ranged == ""
    size = len(kaggle.content)
    assert seen == [(0, size), (size, size), (0, 0)]
    assert is_here() and whole(article_folder()) == LAID_OUT
    assert [path.name for path in kaggle_folder().iterdir()] == [article_folder().name]


def test_it_is_a_source_like_any_other_once_it_is_here(kaggle: Kaggle):
    assert typed_source(f" {ARTICLE_SET} ") == ARTICLE_SET
    with pytest.raises(DataError, match=r"not on this computer yet: Download on the Train page or"):
        load_data(DataRequest(ARTICLE_SET, 16))
    fetch(lambda *_: None)
    data = load_data(DataRequest(ARTICLE_SET, 16))
    assert (len(data.train), len(data.test), data.classes) == (12, 6, ("dog", "cat"))
    assert data.report.layout.startswith("Class folders inside split folders.")
    assert not data.report.skipped and data.source == ARTICLE_SET
    assert "https://www.kaggle.com/datasets/fusicfenta/cat-and-dog" in spoken_source(ARTICLE_SET)
    assert place_of(ARTICLE_SET) == str(article_folder()) and place_of("drawn") == "drawn"
    with pytest.raises(DataError, match="Of Kaggle only kaggle:fusicfenta/cat-and-dog is known"):
        typed_source("kaggle:somebody/birds")


def test_a_connection_that_breaks_off_is_told_and_the_next_try_goes_on_from_there(kaggle: Kaggle):
    kaggle.content = bytes(CHUNK) + archive()  # a zip may begin with something else
    kaggle.cut = CHUNK + 900
    with pytest.raises(DataError, match=r"broke off\. What came so far is kept: try again, and"):
        fetch(lambda *_: None)
    (part,) = unfinished().rglob("*.archive")
    assert not is_here() and part.stat().st_size == CHUNK
    seen = []
    fetch(lambda *far: seen.append(far))
    assert kaggle.asked[-1][1] == f"bytes={CHUNK}-" and seen[0] == (CHUNK, len(kaggle.content))
    assert whole(article_folder()) == LAID_OUT and not unfinished().exists()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, r"without knowing who asks \(its answer was 401\): make a token at https://www.kagg"),
        (403, r"\(its answer was 403\).* set KAGGLE_API_TOKEN"),
        (404, r"Kaggle has no version 1 of fusicfenta/cat-and-dog any more"),
        (429, r"asked too often from here: try again later"),
        (503, r"an error of its own \(503\): try again later\. Or download it in a browser"),
    ],
)
def test_a_refusal_is_one_sentence_with_the_way_out(kaggle: Kaggle, status, sentence):
    kaggle.status = status
    with pytest.raises(DataError, match=sentence) as caught:
        fetch(lambda *_: None)
    assert "https://www.kaggle.com/" in str(caught.value) and not is_here()


def test_a_computer_that_is_offline_is_told_the_way_out(kaggle: Kaggle, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with pytest.raises(DataError, match=r"cannot be reached from this computer.*HTTPS_PROXY") as it:
        fetch(lambda *_: None)
    assert "download it in a browser from https://www.kaggle.com/datasets/" in str(it.value)


def test_a_server_that_falls_silent_is_not_waited_for_without_end(kaggle: Kaggle, monkeypatch):
    monkeypatch.setattr("kagglehub.clients.DEFAULT_READ_TIMEOUT", 0.2)
    kaggle.cut, kaggle.trickle = 600, 0.0
    with pytest.raises(DataError, match="broke off"):
        fetch(lambda *_: None)
    kaggle.trickle = 1000.0
    with pytest.raises(DataError, match="The connection to Kaggle broke off"):
        fetch(lambda *_: None)
    kaggle.trickle = 0.0
    fetch(lambda *_: None)
    assert kaggle.asked[-1][1] != "" and whole(article_folder()) == LAID_OUT


def test_an_archive_that_rotted_is_removed_and_the_next_try_begins_anew(kaggle: Kaggle):
    kaggle.content = bytes(CHUNK) + archive()
    kaggle.cut = CHUNK + 700
    with pytest.raises(DataError, match="broke off"):
        fetch(lambda *_: None)
    kaggle.ranges = False  # it says that it has them, and sends all of it again
    kaggle.content = archive()[:-30]
    with pytest.raises(DataError, match="arrived damaged: it is no zip"):
        fetch(lambda *_: None)
    assert not list(unfinished().rglob("*.archive")) and not is_here()
    kaggle.content = archive()
    fetch(lambda *_: None)
    assert kaggle.asked[-1][1] == "" and whole(article_folder()) == LAID_OUT


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (make_zip({"../out.png": b"x"} | photos_in()), "leads out of the zip"),
        (make_zip({"dataset/notes.txt": b"hello"}), "it holds no picture that can be read"),
        (make_zip(photos_in("other/")), "holds no training_set, unlike the one of the article"),
        (b"<html>Sign in</html>", "no zip"),
    ],
)
def test_what_is_not_the_articles_set_leaves_nothing_that_looks_like_it(
    kaggle: Kaggle, tmp_path, content, sentence
):
    kaggle.content = content
    with pytest.raises(DataError, match=sentence):
        fetch(lambda *_: None)
    assert not is_here() and not list(tmp_path.rglob("out.png"))
    kaggle.content = archive()
    fetch(lambda *_: None)
    assert whole(article_folder()) == LAID_OUT


def test_a_disk_without_room_keeps_the_archive_and_says_so(kaggle: Kaggle, monkeypatch):
    usage = client.shutil.disk_usage(kaggle_folder().parents[1])
    monkeypatch.setattr(client.shutil, "disk_usage", lambda _: usage._replace(free=10**6))
    with pytest.raises(DataError, match="only 1 MB are free"):
        fetch(lambda *_: None)
    assert list(unfinished().rglob("*.archive")) and not is_here()


def test_without_the_client_it_says_how_to_get_it(kaggle: Kaggle, monkeypatch):
    monkeypatch.setattr("core.data.kaggle.article_set.find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install -r requirements-kaggle\.txt brings it"):
        fetch(lambda *_: None)
    assert kaggle.asked == []


def test_photos_of_the_test_are_photos():
    with zipfile.ZipFile(io.BytesIO(archive())) as file:
        assert len(file.namelist()) == 19
