import sys

import numpy as np
import pytest

from core.bench.kills import CONFIG, differences, leftovers, survive, train_to
from core.conftest import TINY
from core.networks.weight_files import write_arrays
from core.runs.listing import create_run

pytestmark = [
    pytest.mark.usefixtures("runs_folder"),
    pytest.mark.skipif(sys.platform == "win32", reason="it has no SIGKILL"),
]


def test_a_few_kills_cost_nothing():
    within_saves = within_epochs = seed = 0
    # Where a kill falls is up to how fast the machine is: a few may all miss an epoch's middle.
    while seed < 10 and not (within_saves and within_epochs):
        seed += 1
        toll = survive(kills=4, seed=seed)
        assert toll.survived and toll.kills == 4, toll
        assert toll.batches >= 15 * toll.epochs > 0
        within_saves += toll.within_saves
        within_epochs += toll.within_epochs
    assert within_saves and within_epochs


def test_it_notices_what_differs_and_what_is_left_over(small_loader):
    config = CONFIG.replace(model=TINY)
    run, whole = create_run(config), create_run(config.replace(seed=1))
    for each in (run, whole):
        train_to(each, 1)
    found = list(differences(run, whole, 1))
    assert found[0] == "The losses differ." and found[-1] == "The weights after epoch 1 differ."
    assert list(differences(run, run, 1)) == [] and leftovers(run) == []
    write_arrays(run.checkpoints.folder / "epoch-0002.safetensors", {"0": np.zeros(2)})
    (run.checkpoints.folder / ".epoch-0003.json.0f.tmp").touch()
    assert len(leftovers(run)) == 2
