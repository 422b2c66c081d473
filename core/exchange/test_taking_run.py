"""A zip from elsewhere is not believed: each way in which one lies is refused in a sentence."""

import datetime
import io
import json
import pickle
import stat
import struct
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np
import pytest
from safetensors.numpy import load, save

from core.errors import GlassError
from core.exchange.run_zip import write_run_zip
from core.exchange.taking_run import take_in_run
from core.networks.weight_files import sealed

NEWEST = "checkpoints/epoch-0002"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def good(trained) -> Files:
    """The files of a run's zip, without its folder."""
    file = io.BytesIO()
    write_run_zip(trained, file)
    with ZipFile(file) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def packed(files: Files, folder: str = "a-run") -> io.BytesIO:
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}/{name}", content)
    return file


def refused(source: io.BytesIO, words: str, runs: Path) -> None:
    """The sentence says what is wrong, and nothing is left behind."""
    with pytest.raises(GlassError, match=words):
        take_in_run(source)
    assert not list(runs.iterdir())


def with_json(files: Files, name: str, **changes: object) -> Files:
    return files | {name: json.dumps(json.loads(files[name]) | changes).encode()}


def epoch_line(**changes: float) -> bytes:
    """A line of the log that says what a run's only epoch came to."""
    shares = {f"{which}_accuracy": 0.5 for which in ("train", "test")}
    losses = {f"{which}_loss": 0.7 for which in ("train", "test")}
    event = {"event": "epoch", "epoch": 1, "seconds": 1.0, **shares, **losses}
    return json.dumps(event | changes).encode() + b"\n"


def with_facts(files: Files, **changes: object) -> Files:
    """Change what describes the newest weights, check sum and all."""
    record = json.loads(files[f"{NEWEST}.json"]) | changes
    return files | {f"{NEWEST}.json": json.dumps(sealed(record)).encode()}


def with_weights(files: Files, arrays: bytes, suffix: str = "") -> Files:
    """Put other arrays in the place of the newest, with a check sum that fits them."""
    import hashlib

    key = "optimizer_sha256" if suffix else "sha256"
    changed = with_facts(files, **{key: hashlib.sha256(arrays).hexdigest()})
    return changed | {f"{NEWEST}{suffix}.safetensors": arrays}


def test_the_good_one_is_taken_in(good, elsewhere):
    assert take_in_run(packed(good)).id == "a-run"


@pytest.mark.parametrize("name", ["..", "-x", "x" * 81, "café"])
def test_a_folder_whose_name_would_not_do_gets_another(good, elsewhere, name):
    if name == "..":
        refused(packed(good, name), "leads out of the zip", elsewhere)
    else:
        run = take_in_run(packed(good, name))
        assert run.path.parent == elsewhere and run.id != name


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x", "a/../b", "C:\\x", "c:x", "\\x"])
def test_paths_that_lead_elsewhere_are_refused(good, elsewhere, path):
    file = packed(good)
    with ZipFile(file, "a") as archive:
        entry = ZipInfo("placeholder")
        entry.filename = path
        archive.writestr(entry, b"x")
    refused(file, "cannot be used: its entry", elsewhere)


def test_links_are_refused_and_what_is_too_large_for_its_name(good, elsewhere):
    file = packed(good)
    with ZipFile(file, "a") as archive:
        entry = ZipInfo("a-run/name.link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, b"/etc/passwd")
    refused(file, "is a link", elsewhere)
    large = good | {"name.json": b'{"name": "' + bytes(2**20) + b'"}'}
    refused(packed(large), "may have at most 1.0 MB", elsewhere)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", bytes(5000)])
def test_what_is_no_zip_is_refused(elsewhere, content):
    with pytest.raises(GlassError, match="This zip cannot be used"):
        take_in_run(io.BytesIO(content))


def test_a_damaged_zip_is_refused(good, elsewhere):
    content = bytearray(packed(good).getvalue())
    place = content.index(b'"epochs"')
    content[place + 2] ^= 1
    refused(io.BytesIO(bytes(content)), "damaged", elsewhere)


@pytest.mark.parametrize("name", ["run.sh", "checkpoints/model.pt", "worker.log", "control/x.json"])
def test_what_no_run_has_is_refused(good, elsewhere, name):
    refused(packed(good | {name: b"x"}), "no part of a run", elsewhere)


def test_pickle_is_never_opened(good, elsewhere, tmp_path):
    class Evil:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    evil = pickle.dumps(Evil())
    refused(packed(with_weights(good, evil)), "pickle", elsewhere)
    refused(packed(with_weights(good, evil, ".optimizer")), "pickle", elsewhere)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["👩\u200d🔬 Versuch", "a\u202eb", "a\tb", "a\x00b"])
def test_every_name_that_a_run_can_have_is_taken_in(good, elsewhere, name):
    named = good | {"name.json": json.dumps({"name": name}).encode()}
    run = take_in_run(packed(named))
    taken = run.name
    run.rename(name)
    assert taken == run.name == name.translate(dict.fromkeys(map(ord, "\u202e\t\x00"), " "))


def test_a_run_from_elsewhere_is_not_of_tomorrow(good, elsewhere):
    before = datetime.datetime.now().astimezone()
    for made in ("9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-23:00", "0001-01-01", "x"):
        created = take_in_run(packed(with_json(good, "config.json", created=made))).record[
            "created"
        ]
        assert not created or datetime.datetime.fromisoformat(created) <= (
            datetime.datetime.now().astimezone()
        )
        assert made[0] != "9" or not created or created >= before.isoformat()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("config.json", b"[]", "JSON object"),
        ("config.json", b"{" * 100_000, "not JSON"),
        ("config.json", b'{"format": 3, "config": {}}', "newer version"),
        ("config.json", b'{"config": {"epochs": NaN}}', "not JSON"),
        ("config.json", b'{"config": {"epochs": 0}}', "Epochs must be"),
        ("config.json", b'{"config": {"engine": "both", "model": "compact"}}', "two networks"),
        ("name.json", b'{"name": ""}', "1 to 80 characters"),
        ("name.json", b'{"name": "\\n"}', "1 to 80 characters"),
        ("status.json", b'{"state": "dancing"}', "where the run stands"),
        ("status.json", b'{"state": "stopped", "epoch": "one"}', "epoch must be a whole number"),
        ("status.json", b'{"state": "stopped", "progress": 1e999}', "progress must be a finite"),
        ("status.json", b'{"state": "failed", "message": "![](//x)"}', "message must be a plain"),
        ("events.jsonl", b"nonsense\n", "Line 1 of events.jsonl is no event"),
        ("events.jsonl", b'{"event": "finished", "epoch": 1}\n', "is no event"),
        (
            "events.jsonl",
            b'{"event": "stopped", "epoch": 1, "step": 2}\n'
            b'{"event": "stopped", "epoch": 1e30, "step": 2}\n',
            "Line 2 of events.jsonl is no event of a training: epoch must be a whole number",
        ),
        ("events.jsonl", b'{"event": "stopped", "epoch": 99999999999, "step": 2}\n', "epoch must"),
        ("events.jsonl", epoch_line(test_accuracy=1e200), "test_accuracy must be from 0 to 1,"),
        ("events.jsonl", epoch_line(train_loss=-1e299), "train_loss must be from 0 to 1,000,000"),
        ("events.jsonl", epoch_line(test_loss=1e299), "test_loss must be from 0 to 1,000,000"),
        ("events.jsonl", epoch_line(seconds=-5.0), "seconds must be from 0"),
        ("events.jsonl", epoch_line(epoch=2147483647), "epoch must be from 0 to 1,000,"),
        ("status.json", b'{"state": "stopped", "test_accuracy": 1.5}', "test_accuracy must be"),
        ("status.json", b'{"state": "stopped", "images_per_second": 1e200}', "per_second must be"),
        ("test_photos.json", b'{"labels": [2], "names": ["a"]}', "labels of 0 and 1"),
        ("test_photos.json", b'{"labels": [1], "names": ["/etc/a"]}', "within their folder"),
        ("test_photos.json", b'{"labels": [1], "names": ["a"], "classes": 3}', "two classes"),
    ],
)
def test_records_are_read_value_by_value(good, elsewhere, name, content, words):
    refused(packed(good | {name: content}), words, elsewhere)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classes": ["cat"]}, "two classes"),
        ({"classes": ["dog", "wolf"]}, "names other classes"),
        ({"classes": ["dog", "![x](http://y/z.png)"]}, "two classes"),
        ({"device": {"name": "cpu", "why": "<img src=x>"}}, "must hold texts"),
        ({"photos": {"train": -1, "test": 2}}, "counts"),
        ({"photos": 12}, "count its photos"),
        ({"threads": 100_000}, "1 to 256 threads"),
        ({"numbers": {"dtype": "int8", "why": "x"}}, "numbers to compute in"),
        ({"versions": {"torch": 3}}, "must hold texts"),
    ],
)
def test_what_a_worker_added_is_checked(good, elsewhere, changes, words):
    refused(packed(with_json(good, "config.json", **changes)), words, elsewhere)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": "conv 4 kernel 3\nflatten\nlinear 1\nsigmoid\n"}, "does not fit"),
        ({"image_size": 17}, "another network"),
        ({"classes": ["cat", "dog"]}, "other classes"),
        ({"epoch": 1}, "another epoch"),
        ({"state": {"epoch": 2}}, "where the training would go on"),
        ({"accuracy": "good"}, "accuracy as a share"),
        ({"accuracy": 1e200}, "accuracy as a share"),
        ({"recipe": {"epochs": -1}}, "recipe that cannot be used"),
        ({"certainty": {"temperature": 1.0}}, "certainty"),
    ],
)
def test_what_describes_weights_is_checked(good, elsewhere, changes, words):
    refused(packed(with_facts(good, **changes)), words, elsewhere)


def test_values_inside_what_was_measured_are_checked(good, elsewhere):
    record = json.loads(good[f"{NEWEST}.json"])
    certainty = record["certainty"] | {"error": "small"}
    refused(packed(with_facts(good, certainty=certainty)), "error must be a finite", elsewhere)
    likeness = record["likeness"] | {"threshold": None}
    refused(
        packed(with_facts(good, likeness=likeness)),
        "likeness kept with the weights is damaged",
        elsewhere,
    )


def test_weights_that_are_not_finite_or_not_whole_are_refused(good, elsewhere):
    arrays = load(good[f"{NEWEST}.safetensors"])
    name = next(name for name, array in arrays.items() if array.ndim == 4)
    broken = arrays | {name: np.full_like(arrays[name], np.nan)}
    refused(packed(with_weights(good, save(broken))), "not finite", elsewhere)
    cut = good | {f"{NEWEST}.safetensors": good[f"{NEWEST}.safetensors"][:-8]}
    refused(packed(cut), "damaged", elsewhere)
    long = struct.pack("<Q", 2**40) + b"{}"
    refused(packed(good | {f"{NEWEST}.safetensors": long}), "promise a header", elsewhere)


def test_an_optimisers_memory_must_fit(good, elsewhere):
    memory = load(good[f"{NEWEST}.optimizer.safetensors"])
    name = next(iter(memory))
    strange = {**memory, name: np.ones((7, 5, 3), np.float32)}
    refused(packed(with_weights(good, save(strange), ".optimizer")), "optimiser", elsewhere)
    strange = {**memory, "999.exp_avg": memory[name]}
    refused(packed(with_weights(good, save(strange), ".optimizer")), "optimiser", elsewhere)


def test_answers_must_be_probabilities(good, elsewhere):
    name = "predictions/epoch-0002.safetensors"
    answers = load(good[name])
    high = save({**answers, "probabilities": answers["probabilities"] + 2})
    refused(packed(good | {name: high}), "answers of epoch 2 are damaged", elsewhere)
    cold = save({**answers, "temperature": np.zeros(1)})
    refused(packed(good | {name: cold}), "answers of epoch 2 are damaged", elsewhere)
    short = save({**answers, "probabilities": answers["probabilities"][:-1]})
    refused(packed(good | {name: short}), "other photos", elsewhere)


def test_a_run_without_weights_or_config_is_none(good, elsewhere):
    bare = {name: text for name, text in good.items() if not name.startswith("checkpoints")}
    refused(packed(bare), "no weights", elsewhere)
    headless = {name: text for name, text in good.items() if name != "config.json"}
    refused(packed(headless), "holds no run", elsewhere)
