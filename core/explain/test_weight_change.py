import numpy as np
import pytest
import torch
from torch import nn

from core.config import TrainConfig
from core.explain.anatomy import Network, PhotoInside
from core.explain.anatomy_packing import Selection, pack_inside
from core.explain.test_anatomy import unpack
from core.explain.weight_change import kernel_change, moved
from core.networks.build import build_model
from core.networks.classifier import Classifier
from core.runs.listing import create_run
from core.training.learner import build_learner


def conv(model: nn.Sequential) -> nn.Conv2d:
    layer = model[0]
    assert isinstance(layer, nn.Conv2d)
    return layer


@pytest.mark.parametrize(("engine", "init"), [("torch", "xavier_normal"), ("numpy", "uniform")])
def test_the_untrained_network_is_rebuilt_bit_for_bit(engine, init, runs_folder):
    config = TrainConfig(model="compact", image_size=16, engine=engine, init=init, seed=7)
    started = build_learner(config).weights()
    rebuilt = create_run(config).load_model(0).state_dict()
    assert rebuilt.keys() == started.keys()
    for name, tensor in rebuilt.items():
        assert tensor.numpy().tobytes() == np.ascontiguousarray(started[name]).tobytes(), name


def test_the_shipped_networks_beginning_is_rebuilt():
    shipped = Classifier.load()
    initial = shipped.untrained()
    assert initial is not None
    config = TrainConfig.from_dict(shipped.facts["config"])
    first, others = (
        build_model(config.model, config.image_size, config.init, seed)
        for seed in (config.seed, config.seed + 1)
    )
    assert torch.equal(conv(initial).weight, conv(first).weight)
    to_own, to_another = moved(shipped.model, initial)[0], moved(shipped.model, others)[0]
    assert to_own is not None and to_another is not None
    assert to_own < to_another  # training goes on from where it began


def test_the_change_is_what_was_planted():
    before, after = (build_model("compact", 16, seed=3).eval() for _ in range(2))
    with torch.no_grad():
        conv(after).weight[2, 1, 0, 3] += 0.25
    change = kernel_change(conv(after), conv(before)).reshape(24, 3, 5, 5)
    assert np.argwhere(change).tolist() == [[2, 1, 0, 3]]
    assert change[2, 1, 0, 3] == pytest.approx(0.25)
    shares = moved(after, before)
    assert shares[0] == pytest.approx(0.25 / float(conv(before).weight.detach().norm()), rel=1e-5)
    assert shares[2] is None and set(shares[3:]) <= {0.0, None}
    zero = nn.Linear(2, 1)
    nn.init.zeros_(zero.weight)
    assert moved(nn.Sequential(nn.Linear(2, 1)), nn.Sequential(zero)) == [None]


def test_the_change_is_packed_on_a_scale_of_its_own():
    before, after = (build_model("compact", 16, seed=3).eval() for _ in range(2))
    with torch.no_grad():
        conv(after).weight[2, 1, 0, 3] += 0.25
    inside = PhotoInside(Network(after, 16, before), np.zeros((16, 16, 3), dtype=np.uint8))
    header, arrays = unpack(pack_inside(inside, Selection(0), {}))
    assert arrays["changes"].shape == (72, 5, 5)
    assert np.argwhere(arrays["changes"] != 128).tolist() == [[7, 0, 3]]
    assert arrays["changes"][7, 0, 3] == 255
    assert header["grid"]["changeScale"] == pytest.approx(0.25)
    assert header["grid"]["moved"] > 0
    header, arrays = unpack(pack_inside(inside, Selection(2), {}))
    assert "changes" not in arrays and header["grid"]["moved"] is None
    unknown = PhotoInside(Network(after, 16), np.zeros((16, 16, 3), dtype=np.uint8))
    header, arrays = unpack(pack_inside(unknown, Selection(0), {}))
    assert "changes" not in arrays and header["grid"]["moved"] is None
