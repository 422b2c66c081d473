"""What the processes of a team compute, as far as one process can show it.

``core/runs/test_shared_training.py`` starts several.
"""

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from itertools import islice

import pytest
import torch
import torch.distributed as dist
from torch import nn

from core.config import TrainConfig
from core.conftest import small_data
from core.errors import ConfigError
from core.folders import ROOT
from core.networks.build import build_model
from core.training.events import BatchDone, EpochDone
from core.training.loop import train
from core.training.state import TrainingState, build_state
from core.training.team import ALONE, Order, Processes, joined_team
from core.training.team_learner import TeamLearner
from core.training.team_norm import BatchNorm2d

CONFIG = TrainConfig(model="compact", image_size=16, epochs=1, batch_size=8, dtype="float64")


@pytest.fixture(scope="module")
def group() -> Iterator[Processes]:
    """A real group of the one process that there is here."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield Processes(0, 1, None)
    dist.destroy_process_group()


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("count", [2, 8, 11])
def test_every_photo_is_in_one_part(size: int, count: int) -> None:
    parts = [list(range(count))[Processes(rank, size, None).part(count)] for rank in range(size)]
    assert [photo for part in parts for photo in part] == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_alone_there_is_nobody_to_tell() -> None:
    with joined_team() as team:
        assert team is ALONE and team.size == 1 and team.rank == 0
    assert team.share({"a": 1}) == {"a": 1}
    assert team.order(Order.STOP, 0.1) == (Order.STOP, 0.1)
    assert team.part(7) == slice(0, 7)
    assert team.fitted(CONFIG) is CONFIG
    team.wait_for_all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"engine": "numpy"}, "the engine is numpy: start it without torchrun."),
        ({"engine": "both"}, "the engine is both"),
        ({"batch_size": 3}, "Batch size must be at least 4, .* not 3."),
        ({"device": "mps"}, "not on mps"),
    ],
)
def test_what_cannot_be_shared_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Processes(0, 4, None).fitted(CONFIG.replace(**changes))


def test_an_error_of_its_own_is_no_missing_process() -> None:
    def wrong() -> None:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes do not fit"):
        Processes(0, 2, None).calling(wrong)


def test_values_travel(group: Processes) -> None:
    assert group.share({"a": [1]}) == {"a": [1]}
    assert group.order(Order.STOP, 0.25) == (Order.STOP, 0.25)
    group.wait_for_all()


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4), (torch.bfloat16, 4e-2)]
)
def test_batch_norm_is_torchs(group: Processes, dtype: torch.dtype, tolerance: float) -> None:
    torch.manual_seed(0)
    kept = torch.float64 if dtype == torch.float64 else torch.float32
    norm = nn.BatchNorm2d(5).to(kept)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    ours = BatchNorm2d(norm, group).to(kept)
    x = (torch.randn(6, 5, 7, 4, dtype=kept) * 3 + 100).to(dtype)
    dy = torch.randn(6, 5, 7, 4, dtype=kept).to(dtype)
    answers = []
    for layer in (norm, ours):
        given = x.clone().requires_grad_()
        y = layer(given)
        y.backward(dy)
        assert given.grad is not None and layer.weight.grad is not None
        answers.append((y, given.grad, layer.weight.grad, layer.bias.grad, *layer.buffers()))
    for one, other in zip(*answers, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(norm.eval()(x), ours.eval()(x))


@pytest.mark.usefixtures("group")
def test_a_team_takes_the_steps_of_one_process() -> None:
    data = small_data()
    dropping = CONFIG.replace(
        model="conv 6 kernel 3; batchnorm; relu; dropout; adaptive avgpool 1; flatten; dropout; "
        "linear 1; sigmoid".replace("; ", "\n")
    )
    for config in (CONFIG, dropping.replace(mistakes=("batch-norm-in-test",))):
        alone, shared = build_state(config), team_state(config)
        told = [
            [e for e in train(state, data, config) if isinstance(e, BatchDone | EpochDone)]
            for state in (alone, shared)
        ]
        for one, other in zip(*told, strict=True):
            if isinstance(one, BatchDone):
                assert other.loss == pytest.approx(one.loss, rel=1e-9)
                assert other.accuracy == one.accuracy
            else:
                assert other.test_loss == pytest.approx(one.test_loss, rel=1e-6)


@pytest.mark.usefixtures("group")
def test_a_loss_that_is_not_finite_takes_no_step() -> None:
    state, data = team_state(CONFIG), small_data()
    weights = {name: array.copy() for name, array in state.weights().items()}
    weights["0.weight"][:] = float("nan")
    state.learner.load_weights(weights)
    assert not list(islice((e for e in train(state, data, CONFIG) if type(e) is BatchDone), 1))


def team_state(config: TrainConfig) -> TrainingState:
    """Build the state of the one process of a real group, as several would have it."""
    state = build_state(config)
    model = build_model(config.model, config.image_size, config.init, config.seed)
    state.learner = TeamLearner(model, config, Processes(0, 1, None))
    return state


SILENT = """
    import sys
    import core.training.team as team
    from core.errors import TeamError

    team.ANSWER_SECONDS = 1.0
    with team.joined_team() as mine:
        import torch
        mine.sum(torch.zeros(1))
        if mine.rank:
            sys.stdin.read()
        try:
            mine.sum(torch.zeros(1))
        except TeamError as error:
            print(error, flush=True)
"""


def test_a_process_that_does_not_answer_is_given_up() -> None:
    with socket.socket() as listening:
        listening.bind(("localhost", 0))
        port = listening.getsockname()[1]
    started = []
    for rank in "01":
        environment = {
            **{"TORCHELASTIC_RUN_ID": "test", "RANK": rank, "WORLD_SIZE": "2"},
            **{"LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": "2"},
            **{"MASTER_ADDR": "localhost", "MASTER_PORT": str(port)},
        }
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(SILENT)],
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    first, silent = started
    try:
        assert first.stdout is not None
        assert "does not answer" in first.stdout.readline()
        assert silent.poll() is None
    finally:
        for process in started:
            process.kill()
            process.communicate()
