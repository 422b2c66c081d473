"""A run of which anything is gone, cut, spoilt or edited: it is told in sentences, never more."""

import json
import random
import shutil
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import TrainConfig
from core.conftest import JSON, TINY, change_json, examples, small_data
from core.errors import GlassError
from core.runs.curves import curves_of
from core.runs.diagnosis import diagnosis_of
from core.runs.listing import create_run, list_runs, names_of, unreadable_runs
from core.runs.load import load_classifier
from core.runs.rate_changes import rate_changes
from core.runs.run import Run
from core.runs.status import State
from core.runs.verdict import best_epoch, verdict_of
from core.runs.worker import Worker
from core.training.events import BatchDone

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=2, batch_size=8)

pytestmark = [pytest.mark.usefixtures("runs_folder", "small_loader", "no_likeness")]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train two epochs and a half, so that the run has a checkpoint in the middle of one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(tmp_path_factory.mktemp("trained")))
        patch.setattr("core.data.load_data", lambda request, progress=None: small_data())
        run = create_run(CONFIG.replace(epochs=3), "a run")
        worker = Worker(run)
        for event in worker.events():
            if isinstance(event, BatchDone) and (event.epoch, event.step) == (3, 2):
                worker.ask_to_stop()
    return run.path


def files_of(trained: Path) -> list[str]:
    return sorted(str(path.relative_to(trained)) for path in trained.rglob("*"))


PLACE = st.integers(0, 2**30)


def damage_json(path: Path, new: Any, chance: random.Random) -> None:
    lines = path.read_text(errors="replace").splitlines() or ["{}"]
    if path.suffix != ".jsonl":
        lines = ["\n".join(lines)]
    place = chance.randrange(len(lines))
    try:
        changed = change_json(json.loads(lines[place]), new, chance)
    except ValueError:
        changed = new
    lines[place] = json.dumps(changed)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogatepass")


def damage(path: Path, kind: str, new: Any, place: int) -> None:
    """Do one of the things that happen to files."""
    chance = random.Random(place)
    if not path.exists():
        return
    if path.is_dir():
        shutil.rmtree(path)
    elif kind == "remove":
        path.unlink()
    elif kind == "cut":
        content = path.read_bytes()
        path.write_bytes(content[: place % (len(content) + 1)])
    elif kind == "flip":
        flipped = bytearray(path.read_bytes() or b"\0")
        for _ in range(chance.choice((1, 3, 30))):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
    elif path.suffix in (".json", ".jsonl"):
        damage_json(path, new, chance)


KINDS = st.sampled_from(["remove", "cut", "flip", "json", "json", "json"])


@pytest.mark.parsers
@examples(120, shrink=False)
@given(
    st.lists(st.tuples(PLACE, KINDS, JSON, PLACE), min_size=1, max_size=4),
    st.sampled_from([False, False, False, True]),
)
def test_any_damage_to_a_run_is_told_in_sentences(trained, tmp_path, damages, resume):
    root = tmp_path / uuid.uuid4().hex
    shutil.copytree(trained, root / "run")
    names = files_of(trained)
    for which, kind, new, place in damages:
        damage(root / "run" / names[which % len(names)], kind, new, place)
    runs = list_runs(root)
    for reason in unreadable_runs(root).values():
        assert_sentence(reason)
    assert len(runs) + len(unreadable_runs(root)) <= 1
    for run in runs:
        names_of([run])
        look_at_everything(run)
        if resume:
            ask_its_networks(run)
            go_on(run)
    shutil.rmtree(root)


def assert_sentence(text: str) -> None:
    assert text and text[-1] in ".?)", text
    assert "Traceback" not in text


def look_at_everything(run: Run) -> None:
    """Read all that pages and commands read; what cannot be read must be a ``GlassError``."""
    for read in (
        lambda: run.settled,
        lambda: (run.name, run.classes, run.status(), run.saved_epochs(), run.best_epochs()),
        lambda: run.log.events() and run.log.batch_losses() and run.log.comparisons(),
        lambda: (run.log.layers(), run.log.epochs(), run.log.learning_rates()),
        lambda: (curves_of(run), rate_changes(run), verdict_of(run), best_epoch(run)),
        lambda: diagnosis_of(run),
        lambda: run.test_predictions(),
        lambda: [run.test_predictions(epoch) for epoch in run.saved_epochs()[1:]],
        lambda: run.checkpoints.budget + sum(run.checkpoints.sizes().values()),
        lambda: [run.checkpoints.mark(epoch) for epoch in run.saved_epochs()],
    ):
        assert_told(read)


def ask_its_networks(run: Run) -> None:
    """Load the networks of all epochs."""
    assert_told(lambda: load_classifier(run.path))
    for epoch in run.saved_epochs()[1:]:
        assert_told(partial(run.classifier, epoch))


def assert_told(read: Callable[[], object]) -> None:
    """Reading gives something, or a sentence on why not."""
    try:
        read()
    except GlassError as error:
        assert_sentence(str(error))


def go_on(run: Run) -> None:
    """Resume, which works or is refused in a sentence that the status keeps."""
    events = Worker(run).events()
    try:
        for event in events:
            if isinstance(event, BatchDone):
                break
        events.close()
    except GlassError as error:
        assert_sentence(str(error))
        assert run.status().state in (State.FAILED, State.INTERRUPTED, State.STOPPED)
    assert not run.locked()
