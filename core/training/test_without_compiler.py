import subprocess
import sys

import torch

from core.folders import ROOT
from core.training.without_compiler import NAME, NothingToCompile, leave_compiler_out

OPTIMIZERS = ("adam", "adamw", "sgd")
TRAIN = """
import sys
from core.training.without_compiler import leave_compiler_out

how, *optimizers = sys.argv[1:]
if how == "without":
    assert leave_compiler_out()

from core.config import TrainConfig
from core.conftest import small_data
from core.training.loop import train
from core.training.state import build_state

for optimizer in optimizers:
    config = TrainConfig(model="compact", image_size=16, epochs=1, batch_size=8)
    config = config.replace(optimizer=optimizer, weight_decay=0.01)
    state = build_state(config)
    list(train(state, small_data(), config))
    print(optimizer, *[array.tobytes().hex() for array in state.weights().values()])
if how == "with":
    assert not leave_compiler_out()
print("loaded", "sympy" in sys.modules)
"""


def trained(how: str) -> dict[str, str]:
    """Train with each optimiser; return what a process tells of each, and what it has loaded."""
    told = subprocess.run(
        [sys.executable, "-c", TRAIN, how, *OPTIMIZERS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {name: words for name, _, words in (line.partition(" ") for line in told.splitlines())}


def test_the_same_weights_come_out_and_the_compiler_is_not_loaded():
    with_it, without = trained("with"), trained("without")
    assert with_it.pop("loaded") == "True" and without.pop("loaded") == "False"
    assert without == with_it
    assert list(without) == list(OPTIMIZERS) and len(set(without.values())) == 3


def test_it_is_left_out_when_torch_is_there_already(monkeypatch):
    monkeypatch.setattr(torch, "_dynamo", torch._dynamo)  # both are put back after the test
    monkeypatch.delitem(sys.modules, NAME)
    assert leave_compiler_out() and leave_compiler_out()
    assert torch._dynamo is sys.modules[NAME] and isinstance(torch._dynamo, NothingToCompile)
