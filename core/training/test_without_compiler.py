import subprocess
import sys

import pytest

from core.folders import ROOT

TRAIN = """
import sys
from core.config import TrainConfig
from core.conftest import small_data
from core.training.loop import train
from core.training.state import build_state
from core.training.without_compiler import leave_compiler_out

if sys.argv[1] == "without":
    assert leave_compiler_out()
config = TrainConfig(model="compact", optimizer=sys.argv[2], image_size=16, epochs=1, batch_size=8)
state = build_state(config)
list(train(state, small_data(), config))
if sys.argv[1] == "with":
    assert not leave_compiler_out()
print("sympy" in sys.modules, *[array.tobytes().hex() for array in state.weights().values()])
"""


def trained(how: str, optimizer: str) -> tuple[bool, str]:
    told = subprocess.run(
        [sys.executable, "-c", TRAIN, how, optimizer],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    loaded, _, weights = told.partition(" ")
    return loaded == "True", weights


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_the_same_weights_come_out_and_the_compiler_is_not_loaded(optimizer):
    loaded, weights = trained("without", optimizer)
    assert not loaded
    assert (True, weights) == trained("with", optimizer)
