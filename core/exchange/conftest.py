"""One small trained run, of photos in a folder, for all tests here; none of them changes it."""

from pathlib import Path

import pytest

from core.config import TrainConfig
from core.conftest import small_data
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.worker import Worker

CONFIG = TrainConfig(model="compact", image_size=16, epochs=2, batch_size=8)


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Run:
    """Train on "photos" of a folder deep in somebody's home."""
    home = tmp_path_factory.mktemp("exchange")
    photos = home / "ann-private" / "pets"
    photos.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(home / "runs"))
        patch.setattr("core.data.load_data", lambda request, progress=None: small_data())
        run = create_run(CONFIG.replace(data=str(photos)), "A small one")
        list(Worker(run).events())
    return run


@pytest.fixture
def elsewhere(tmp_path, monkeypatch, small_loader) -> Path:
    """Be another installation, whose folder of runs is empty; its photos load as the first's."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"
