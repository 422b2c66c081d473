import re
from functools import partial

import pytest

from core.bench.__main__ import benchmarks, main
from core.bench.measure import in_turns, median_ratio, table


def test_contestants_take_turns_and_the_order_turns_round():
    calls: list[str] = []

    def call(name):
        calls.append(name)
        return len(calls)

    assert in_turns({name: partial(call, name) for name in "ab"}, 3) == {
        "a": [1, 4, 5],
        "b": [2, 3, 6],
    }
    assert calls == list("abbaab")


def test_the_ratio_is_taken_within_each_turn():
    assert median_ratio([2.0, 40.0, 6.0], [1.0, 10.0, 3.0]) == 2.0


def test_a_table_is_markdown():
    assert table(["what", "ms"], [["a", "10.5"], ["longer", "2"]]).splitlines() == [
        "| what   |   ms |",
        "| ------ | ---- |",
        "| a      | 10.5 |",
        "| longer |    2 |",
    ]


def test_every_benchmark_is_found_and_an_unknown_one_is_wrong_use(capsys):
    assert {"predict", "training"} <= set(benchmarks())
    assert main(["party"]) == 2 and main([]) == 2 and main(["--help"]) == 0
    assert "predict" in capsys.readouterr().err


def test_the_training_benchmark_measures_every_contestant(capsys, runs_folder, small_loader):
    from core.bench.training import measure
    from core.config import TrainConfig

    config = TrainConfig(model="compact", image_size=16, epochs=1000, batch_size=8)
    results = measure(config, repetitions=2, steps=3)
    assert len(results) == 5
    both = measure(config.replace(dtype="auto", variations=("mirror", "mix")), 1, 2)
    assert [*both][2:4] == ["train() in float32", "train() in auto"] and len(both) == 6
    assert all(len(speeds) == 2 and min(speeds) > 0 for speeds in results.values())


@pytest.mark.usefixtures("runs_folder")
def test_the_memory_benchmark_measures_every_stage(tmp_path):
    from core.bench.memory import AHEAD, STAGES, config_for, measure, save_noise

    save_noise(tmp_path / "photos", 160, 24)
    figures = dict(measure(config_for(tmp_path / "photos", 24)))
    assert list(figures) == [*STAGES, AHEAD]
    assert figures.pop(AHEAD) == 4 and min(figures.values()) > 50


@pytest.mark.usefixtures("runs_folder")
def test_the_predict_benchmark_prints_ratios(capsys):
    from core.bench.predict import main as predict

    assert predict(["--repetitions", "2"]) == 0
    assert len(re.findall(r"1\.00 \|", capsys.readouterr().out)) >= 2
