import numpy as np
import pytest
import torch

from core.config import TrainConfig
from core.conftest import small_data
from core.errors import ConfigError
from core.training import devices
from core.training.devices import choose_device
from core.training.loop import train
from core.training.state import build_state

CONFIG = TrainConfig(model="compact", image_size=16, epochs=1, batch_size=8)
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")


def test_auto_takes_what_is_there_and_says_why(monkeypatch):
    monkeypatch.setattr(devices, "cuda", lambda: False)
    monkeypatch.setattr(devices, "mps", lambda: False)
    assert choose_device("auto").name == "cpu" and "no graphics card" in choose_device("auto").why
    monkeypatch.setattr(devices, "mps", lambda: True)
    assert choose_device("auto").name == "mps" and "Apple" in choose_device("auto").why
    monkeypatch.setattr(devices, "cuda", lambda: True)
    assert choose_device("auto").name == "cuda"
    assert choose_device("cpu").name == "cpu"


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_refused(monkeypatch, name):
    monkeypatch.setattr(devices, "cuda", lambda: False)
    monkeypatch.setattr(devices, "mps", lambda: False)
    with pytest.raises(ConfigError, match=rf"\({name}\), but torch finds none .* it has cpu\."):
        choose_device(name)


def test_an_unknown_device_is_refused():
    with pytest.raises(ConfigError, match="Device must be one of auto, cpu, cuda, mps, not 'tpu'"):
        TrainConfig(device="tpu")


@needs_cuda
def test_a_training_moves_from_the_processor_to_the_card_and_back():
    data = small_data()
    here = build_state(CONFIG.replace(device="cpu", dtype="float64"))
    there = build_state(CONFIG.replace(device="cuda", dtype="float64"))
    for state in (here, there):
        list(train(state, data, CONFIG))
    for name, array in here.weights().items():
        np.testing.assert_allclose(there.weights()[name], array, rtol=1e-6, atol=1e-9)
    back = build_state(CONFIG.replace(device="cpu", dtype="float64"))
    back.load(there.weights(), there.memory())
    np.testing.assert_allclose(
        back.predict(data.test.pixels), there.predict(data.test.pixels), rtol=1e-6
    )
